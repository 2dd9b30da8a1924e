package import Model

/// HTTP over libcurl: one multi handle on one thread of its own, connections reused, HTTP/2 where it is offered.
package final class HTTPClient: Sendable {
    private let loop: TransferLoop

    package init() {
        loop = TransferLoop()
        loop.start()
    }

    deinit { loop.stop() }

    /// Ends every transfer as interrupted; later ones are refused.
    package func shutdown() { loop.stop() }

    package func send(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        try await run(request, consumer: nil)
    }

    /// Hands the body on as it comes; the response that is returned has none.
    ///
    /// Both functions run on the thread of all transfers: they must be quick and may not block. The one that
    /// answers false ends the transfer, which is no problem. `maximumResponseBytes` does not apply.
    package func stream(
        _ request: HTTPRequest, onHead: @escaping @Sendable (HTTPResponse) -> Bool = { _ in true },
        onBody: @escaping @Sendable (ArraySlice<UInt8>) -> Bool
    ) async throws(Problem) -> HTTPResponse {
        try await run(request, consumer: .init(onHead: onHead, onBody: onBody))
    }

    private func run(_ request: HTTPRequest, consumer: TransferJob.Consumer?) async throws(Problem) -> HTTPResponse {
        try request.check()
        let cancellation = TransferJob.Cancellation()
        let loop = loop
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.add(
                    TransferJob(
                        request: request, consumer: consumer, cancellation: cancellation, continuation: continuation))
            }
        } onCancel: {
            cancellation.set()
            loop.wake()
        }
        return try result.get()
    }
}
