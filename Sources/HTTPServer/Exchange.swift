import CMicroHTTPD
import Glibc
import Model
import Synchronization

/// One request and its answer. The daemon holds a retained pointer from the request line to its last notice, and the
/// handler's task another reference while it runs.
final class Exchange: Sendable {
    private enum Phase { case waitingForHead, receiving, handling, answered }

    private struct State {
        var phase = Phase.waitingForHead
        var head: RequestHead?
        var body: [UInt8] = []
        /// While it is handled. Whoever takes it out answers.
        var suspension: Suspension?
        var stream: ByteStream?
    }

    private enum Step {
        case goOn
        case refuse(RequestHead.Refusal)
        /// The body is not what was allowed, and the library takes no answer before its end.
        case breakOff(RequestHead.Refusal)
        case handle(ServerRequest)
        case close
    }

    private let connection: Connection
    private let rawTarget: String
    // Used only in the daemon's own calls about this request, all of which come before the one that it has ended.
    private nonisolated(unsafe) let handle: OpaquePointer
    private let state = Mutex(State())

    init(connection: Connection, rawTarget: String, handle: OpaquePointer) {
        self.connection = connection
        self.rawTarget = rawTarget
        self.handle = handle
        server.requestBegan()
        connection.began(self)
    }

    private var server: ServerCore { connection.server }

    // MARK: on the daemon's thread

    /// The head is complete, a part of the body has come, or, with no bytes, the body is complete.
    /// False closes the connection.
    func goOn(_ method: UnsafePointer<CChar>, _ bytes: UnsafeRawBufferPointer) -> Bool {
        switch state.withLock({ step(&$0, method, bytes) }) {
        case .goOn: return true
        case .close: return false
        case .refuse(let refusal): return refuse(refusal)
        case .breakOff(let refusal):
            connection.lingers()
            Response.write(refusal, to: connection.descriptor)
            return false
        case .handle(let request): return handle(request)
        }
    }

    private func step(
        _ state: inout State, _ method: UnsafePointer<CChar>, _ bytes: UnsafeRawBufferPointer
    ) -> Step {
        switch state.phase {
        case .waitingForHead:
            do throws(RequestHead.Refusal) {
                let head = try RequestHead(
                    method: String(cString: method), rawTarget: rawTarget, handle: handle, limits: server.limits)
                state.head = head
                state.phase = .receiving
                connection.setDeadline(head.bodyLength == 0 ? nil : server.limits.bodyDeadline)
                return .goOn
            } catch {
                state.phase = .answered
                return .refuse(error)
            }
        case .receiving:
            guard let head = state.head else { return .close }
            if bytes.isEmpty {
                defer { state.body = [] }
                return .handle(head.request(body: state.body, peer: connection.peer))
            }
            guard state.body.count + bytes.count <= server.limits.maximumBody else {
                state.phase = .answered
                return .breakOff(RequestHead.tooLarge(server.limits))
            }
            state.body.append(contentsOf: bytes)
            return .goOn
        case .handling, .answered:
            // Resumed without an answer that the library would take.
            return .close
        }
    }

    private func handle(_ request: ServerRequest) -> Bool {
        connection.setDeadline(nil)
        let isSuspended = state.withLock { state in
            state.suspension = server.isStopping ? nil : Suspension(handle, server.suspensions)
            state.phase = state.suspension == nil ? .answered : .handling
            return state.suspension != nil
        }
        guard isSuspended else { return refuse(.stopping) }
        Task { answer(await server.handler(request)) }
        return true
    }

    private func refuse(_ refusal: RequestHead.Refusal) -> Bool {
        connection.setDeadline(server.limits.answerDeadline)
        connection.lingers()
        guard let response = Response.make(refusal) else { return false }
        defer { MHD_destroy_response(response) }
        return MHD_queue_response(handle, UInt32(refusal.status), response) == .YES
    }

    /// The daemon's last word: answered, broken off, or never complete.
    func ended() {
        let stream = state.withLock { state in
            state.phase = .answered
            return state.stream.take()
        }
        if let stream {
            server.watch.endStream(connection)
            stream.abandon()
        }
        connection.ended()
        server.requestEnded()
    }

    // MARK: on any thread

    private func answer(_ answer: ServerAnswer) {
        let suspension = state.withLock { $0.suspension.take() }
        guard let suspension else {
            // The server's end was faster.
            if case .stream(_, _, let stream) = answer { stream.abandon() }
            return
        }
        // The connection is suspended until the resume, so the daemon cannot end the request before that.
        state.withLock { $0.phase = .answered }
        let (status, response) = respond(answer)
        suspension.resume(with: status, response)
        if let response { MHD_destroy_response(response) }
    }

    private func respond(_ answer: ServerAnswer) -> (Int, OpaquePointer?) {
        switch answer {
        case .full(let status, let headers, let body):
            connection.setDeadline(server.limits.answerDeadline)
            return Response.make(status, headers, body)
        case .stream(let status, let headers, let stream):
            guard stream.attach() else { return Response.failure() }
            let reader = StreamReader(stream: stream, handle: handle, suspensions: server.suspensions)
            let (status, response) = Response.make(status, headers, reader)
            state.withLock { $0.stream = stream }
            server.watch.beginStream(connection)
            // Either this sees that the server is stopping, or the stop sees this stream.
            if server.isStopping { stream.finish() }
            return (status, response)
        }
    }

    func clientIsGone() {
        state.withLock { $0.stream }?.abandon()
    }

    func finishStream() {
        state.withLock { $0.stream }?.finish()
    }

    /// The server's end: what is not answered yet is answered for the handler, and streams are broken off.
    func cutOff() {
        let (suspension, stream) = state.withLock { ($0.suspension.take(), $0.stream) }
        if let suspension {
            state.withLock { $0.phase = .answered }
            let response = Response.make(.stopping)
            suspension.resume(with: RequestHead.Refusal.stopping.status, response)
            if let response { MHD_destroy_response(response) }
        }
        stream?.abandon()
    }
}
