import Glibc
import Model

// Children get their own defaults; here a reader that went away must not end the program.
signal(SIGPIPE, SIG_IGN)

let environment = Environment.ofThisProcess()
// Without exit handlers: OpenSSL's takes away what a thread that ends a connection may still be using. All that is to be
// written has been written.
_exit(await CommandLineTool(environment: environment).run(Array(CommandLine.arguments.dropFirst())))
