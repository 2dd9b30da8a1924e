import CShims
import Glibc

/// The epoll instance of the thread that serves all programs.
struct Poller: Sendable {
    /// What an event is about; together with a ticket's number this is what epoll carries for us.
    enum Source: UInt64 {
        case output, errors, exit, wakeup
    }

    private let epoll: Int32

    init(epoll: consuming Descriptor) {
        self.epoll = epoll.release()
    }

    func watch(_ descriptor: Int32, _ source: Source, of number: UInt64) -> Bool {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = number << 2 | source.rawValue
        return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Closing alone would not end the watch while a child that is just being started has a copy of the descriptor:
    /// the events would go on, and keep us so busy that the child does not get to close it.
    func close(_ descriptor: Int32) {
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil)
        Glibc.close(descriptor)
    }

    /// Waits until something has happened or the time is up.
    func wait(
        with buffer: UnsafeMutableBufferPointer<epoll_event>, milliseconds: Int32
    ) -> some Sequence<(source: Source, number: UInt64)> {
        let count = epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), milliseconds)
        return buffer.prefix(Int(max(0, count))).lazy.map {
            (Source(rawValue: $0.data.u64 & 3)!, $0.data.u64 >> 2)
        }
    }
}
