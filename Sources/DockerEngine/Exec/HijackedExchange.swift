import Glibc
import Model

/// The blocking part of `HijackedExec`.
struct HijackedExchange: Sendable {
    let path: String
    let request: [UInt8]
    let input: [UInt8]
    let deadline: ContinuousClock.Instant?
    let isCancelled: CancellationFlag
    let onBody: @Sendable (ArraySlice<UInt8>) -> Bool

    /// How often it is looked whether the task was cancelled.
    private static let tick: Int32 = 100
    private static let longestHead = 64 << 10

    var result: Result<HijackedEnding, Problem> {
        do throws(Problem) { return .success(try exchange()) } catch { return .failure(error) }
    }

    private func exchange() throws(Problem) -> HijackedEnding {
        let descriptor = try connected()
        defer { close(descriptor) }
        var head: [UInt8] = []
        var status: Int?
        var refusal: [UInt8] = []
        // The input follows when the engine has answered: what it reads with the request is lost.
        var outgoing = request[...]
        var hasInput = true
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let events = try wait(descriptor, writes: !outgoing.isEmpty)
            if events & Int16(POLLOUT) != 0, !outgoing.isEmpty {
                let count = outgoing.withUnsafeBytes {
                    send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count >= 0 {
                    outgoing = outgoing.dropFirst(count)
                } else if errno != EAGAIN, errno != EINTR {
                    // The program reads no more; what it prints still counts.
                    outgoing = []
                }
                if outgoing.isEmpty, status != nil { shutdown(descriptor, Int32(SHUT_WR)) }
            }
            guard events & Int16(POLLIN | POLLHUP | POLLERR) != 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { continue }
                throw unreachable(String(cString: strerror(errno)))
            }
            if count == 0 {
                guard let status else { throw unreachable("it closed the connection without an answer") }
                return status < 300 ? .done : .refused(status: status, body: refusal)
            }
            var bytes = buffer[..<count]
            if status == nil {
                head += bytes
                guard let end = HijackedExchange.end(of: head) else {
                    guard head.count < HijackedExchange.longestHead else { throw unreachable("its answer is not HTTP") }
                    continue
                }
                status = try HijackedExchange.status(of: head[..<end])
                bytes = head[end...]
            }
            guard let status, status < 300 else {
                refusal += bytes.prefix(max(0, (64 << 10) - refusal.count))
                // It keeps the connection for the next request, and there is none.
                shutdown(descriptor, Int32(SHUT_WR))
                continue
            }
            if hasInput {
                hasInput = false
                outgoing = input[...]
                if outgoing.isEmpty { shutdown(descriptor, Int32(SHUT_WR)) }
            }
            if !bytes.isEmpty, !onBody(bytes) { return .done }
        }
    }

    // MARK: - The socket

    private func connected() throws(Problem) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw unreachable("its path is longer than \(room - 1) bytes") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw unreachable(String(cString: strerror(errno))) }
        let answer = withUnsafeBytes(of: &address) {
            connect(
                descriptor, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_un>.size))
        }
        guard answer == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw unreachable(reason)
        }
        return descriptor
    }

    /// What can be done with it now; nothing when a tick has passed.
    private func wait(_ descriptor: Int32, writes: Bool) throws(Problem) -> Int16 {
        if isCancelled.isSet { throw Problem(.interrupted, "it was interrupted") }
        if let deadline, deadline <= .now { throw Problem(.timeout, "its time is over") }
        var question = pollfd(fd: descriptor, events: Int16(POLLIN | (writes ? POLLOUT : 0)), revents: 0)
        return poll(&question, 1, HijackedExchange.tick) > 0 ? question.revents : 0
    }

    private func unreachable(_ reason: String) -> Problem {
        Problem(.unreachable, "the engine at unix://\(path) does not answer", cause: Problem(.unreachable, reason))
    }

    // MARK: - The head

    /// Where the body begins.
    private static func end(of head: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard head.count >= mark.count else { return nil }
        return (0...(head.count - mark.count)).first { head[$0..<($0 + mark.count)].elementsEqual(mark) }.map {
            $0 + mark.count
        }
    }

    private static func status(of head: ArraySlice<UInt8>) throws(Problem) -> Int {
        let words = String(decoding: head.prefix { $0 != 0x0D }, as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Problem(.invalid, "the engine: its answer is not HTTP")
        }
        return status
    }
}
