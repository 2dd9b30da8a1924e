import CShims
package import Model
import Synchronization

/// A sandboxed Lua interpreter. Files are loaded into it, and the functions that they return are called with
/// values; all that they share lives as long as the state.
///
/// Loading and calling block their thread until they end: run them on `LuaThreads`. The thread may be another one
/// each time.
///
/// `@unchecked` because of the state behind it, which belongs to one thread at a time: whoever enters sets `isInUse`
/// and is refused if it is set already, and everything below but `interrupt` runs only between entering and leaving.
package final class LuaState: @unchecked Sendable {
    package typealias Output = @Sendable (String) -> Void

    package let limits: LuaLimits
    let interruption = Interruption()
    let pointer: OpaquePointer
    private let output: Output
    private let isInUse = Atomic(false)

    // From here on guarded by `isInUse`.
    /// The files that were loaded, whose names errors begin with.
    private(set) var files: [String] = []
    private var isLoading = false
    private var depth = 0
    private var printed = 0
    private var hostFunctions: [HostFunction] = []
    private var hostNumbers: [ObjectIdentifier: Int64] = [:]
    /// What the last host function threw, to know its code again if nobody catches it.
    private var thrown: (message: String, problem: Problem)?

    /// `output` gets what is printed, one print at a time.
    package init(limits: LuaLimits = LuaLimits(), output: @escaping Output = { _ in }) throws(Problem) {
        let callbacks = grapnel_lua_callbacks(
            call: { host, number, arguments, count in
                LuaState.from(host).runHostFunction(number, arguments, count)
            },
            print: { host, text, count in
                LuaState.from(host).print(UnsafeBufferPointer(start: text, count: count))
            })
        guard let pointer = grapnel_lua_open(limits.memory, limits.values, callbacks) else {
            throw Problem(.limit, "no memory for a Lua state, of which one may have \(limits.memory.sizeText)")
        }
        self.limits = limits
        self.output = output
        self.pointer = pointer
    }

    deinit { grapnel_lua_close(pointer) }

    private static func from(_ host: UnsafeMutableRawPointer?) -> LuaState {
        guard let host else { preconditionFailure("a callback of a state that was never entered") }
        return Unmanaged<LuaState>.fromOpaque(host).takeUnretainedValue()
    }

    /// Ends what runs in the state, from any thread, and lets nothing run in it ever after.
    package func interrupt(_ reason: Problem) {
        interruption.happen(reason) { grapnel_lua_interrupt(pointer) }
    }
}

// MARK: - Entering

extension LuaState {
    /// Runs a file, as text, and gives what it returns. Its name begins the messages of its errors.
    package func load(source: [UInt8], name: String) throws(LuaFailure) -> LuaValue {
        try enter { () throws(LuaFailure) in
            if !files.contains(name) { files.append(name) }
            let text = try LuaSource.text(of: source, name: name, limit: limits.source)
            isLoading = true
            defer { isLoading = false }
            let memory = min(grapnel_lua_memory(pointer) + limits.loadMemory, limits.memory)
            begin(time: limits.loadTime, memory: memory)
            return try results(of: grapnel_lua_load(pointer, text, text.count, name))[0]
        }
    }

    package func call(_ function: LuaFunctionReference, _ arguments: [LuaValue] = []) throws(LuaFailure) -> [LuaValue] {
        try enter { () throws(LuaFailure) in
            begin(time: limits.time, memory: limits.memory)
            return try callWithin(function, arguments)
        }
    }

    /// Before the file is loaded that is to see it.
    package func setGlobal(_ name: String, _ value: LuaValue) throws(LuaFailure) {
        try enter { () throws(LuaFailure) in
            begin(time: limits.loadTime, memory: limits.memory)
            let bytes = try encoded([value])
            let kind = grapnel_lua_set_global(pointer, name, bytes, bytes.count)
            guard kind == GRAPNEL_LUA_NO_FAILURE else { throw failure(kind) }
        }
    }

    func callWithin(_ function: LuaFunctionReference, _ arguments: [LuaValue]) throws(LuaFailure) -> [LuaValue] {
        // Each level has frames of ours on the thread's stack.
        guard depth < 20 else { throw LuaFailure(Problem(.limit, "host functions call each other deeper than 20")) }
        depth += 1
        defer { depth -= 1 }
        let bytes = try encoded([.function(function)] + arguments)
        return try results(of: grapnel_lua_call(pointer, bytes, bytes.count))
    }

    var remaining: Duration { .nanoseconds(grapnel_lua_remaining(pointer)) }

    /// Bytes that the state holds.
    package var memory: Int {
        get throws(LuaFailure) { try enter { grapnel_lua_memory(pointer) } }
    }

    private func enter<Value>(_ body: () throws(LuaFailure) -> Value) throws(LuaFailure) -> Value {
        guard isInUse.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            throw LuaFailure(Problem(.conflict, "a Lua state is in use by another thread"))
        }
        defer { isInUse.store(false, ordering: .releasing) }
        return try body()
    }

    private func begin(time: Duration, memory: Int) {
        printed = 0
        thrown = nil
        grapnel_lua_begin(pointer, Unmanaged.passUnretained(self).toOpaque(), time.clampedNanoseconds, memory)
    }

    private func results(of kind: grapnel_lua_failure_kind) throws(LuaFailure) -> [LuaValue] {
        guard kind == GRAPNEL_LUA_NO_FAILURE else { throw failure(kind) }
        var count = 0
        let start = grapnel_lua_results(pointer, &count)
        var reader = WireReader(start, count: count, state: ObjectIdentifier(self))
        return reader.list()
    }

    private func failure(_ kind: grapnel_lua_failure_kind) -> LuaFailure {
        FailureReader(pointer: pointer, files: files, limits: limits, isLoading: isLoading)
            .failure(kind, thrown: thrown, interruption: interruption.problem)
    }

    private func encoded(_ values: [LuaValue]) throws(LuaFailure) -> [UInt8] {
        do throws(Problem) { return try encoding(values) } catch { throw LuaFailure(error) }
    }

    private func encoding(_ values: [LuaValue]) throws(Problem) -> [UInt8] {
        var writer = WireWriter(state: ObjectIdentifier(self)) { self.number(of: $0) }
        try writer.write(list: values)
        return writer.bytes
    }
}

// MARK: - Called by Lua

extension LuaState {
    private func number(of function: HostFunction) -> Int64 {
        if let number = hostNumbers[ObjectIdentifier(function)] { return number }
        hostFunctions.append(function)
        let number = Int64(hostFunctions.count)
        hostNumbers[ObjectIdentifier(function)] = number
        return number
    }

    private func runHostFunction(
        _ number: Int64, _ arguments: UnsafePointer<UInt8>?, _ count: Int
    ) -> grapnel_lua_answer_kind {
        var reader = WireReader(arguments, count: count, state: ObjectIdentifier(self))
        let function = hostFunctions[Int(number) - 1]
        let call = HostCall(function: function, arguments: reader.list(), state: self)
        do throws(Problem) {
            let answer = try encoding(try function.run(call))
            guard grapnel_lua_answer(pointer, answer, answer.count) else {
                throw Problem(.limit, "no memory for the answer of \(function.name)")
            }
            return GRAPNEL_LUA_VALUES
        } catch {
            let message = error.description
            thrown = (message, error)
            let text = Array(message.utf8.prefix(4000))
            _ = grapnel_lua_answer(pointer, text, text.count)
            // A function of the script's that the host called has said where already.
            let hasPosition = files.contains { message.hasPrefix("\($0):") }
            return hasPosition ? GRAPNEL_LUA_MESSAGE_WITH_POSITION : GRAPNEL_LUA_MESSAGE
        }
    }

    private func print(_ text: UnsafeBufferPointer<UInt8>) {
        guard printed <= limits.output else { return }
        let room = limits.output - printed
        printed += text.count + 1
        output(String(decoding: text.prefix(room), as: UTF8.self))
        if printed > limits.output { output("(what is printed beyond \(limits.output.sizeText) is left out)") }
    }
}
