import Glibc
import Model

// Children get their own defaults; here a reader that went away must not end the program.
signal(SIGPIPE, SIG_IGN)

let environment = Environment.ofThisProcess()
exit(await CommandLineTool(environment: environment).run(Array(CommandLine.arguments.dropFirst())))
