import LuaRuntime
import Model

/// What has to survive a restart. Each file has values of its own.
extension HostAPI {
    static let store: [AgentFunction] = [
        .waiting("store.get") { call async throws(Problem) in
            try await call.context.services.store.storedValue(call.context.file, try call.key(0)).map { LuaValue($0) }
                ?? nil
        },
        .waiting("store.set") { call async throws(Problem) in
            let key = try call.key(0)
            guard !call[1].isNil else { throw call.wrong(1, "value", expected: "a value, or agent.store.delete") }
            let value = try call[1].json()
            guard value.text.utf8.count <= HostAPI.largestValue else {
                throw Problem(
                    .limit,
                    "\"\(key)\": longer than \(ByteSize.text(HostAPI.largestValue)), which is the most that is kept")
            }
            try await call.context.services.store.storeValue(value, call.context.file, key)
            return nil
        },
        .waiting("store.delete") { call async throws(Problem) in
            try await call.context.services.store.storeValue(nil, call.context.file, try call.key(0))
            return nil
        },
        .waiting("store.keys") { call async throws(Problem) in
            LuaValue(try await call.context.services.store.storedKeys(call.context.file).map { LuaValue($0) })
        },
    ]

    private static let largestValue = 64 << 10
}

extension AgentCall {
    fileprivate func key(_ index: Int) throws(Problem) -> String {
        let key = try string(index, "key")
        guard 1...200 ~= key.utf8.count else { throw wrong(index, "key", expected: "1 to 200 bytes") }
        return key
    }
}
