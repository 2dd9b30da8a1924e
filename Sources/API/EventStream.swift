import HTTPServer
import Model

/// Server-sent events: one JSON object an event.
enum EventStream {
    static let headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]

    static func send(_ source: AsyncStream<JSON>) -> ByteStream {
        let stream = ByteStream()
        let task = Task {
            for await value in source {
                guard await stream.send(Array("data: \(value.text)\n\n".utf8)) else { break }
            }
            stream.finish()
        }
        // Without this a deploy that waits for hours would keep the task of every client that has left.
        stream.onGone { task.cancel() }
        return stream
    }
}
