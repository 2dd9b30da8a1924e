import Crypto
import LuaRuntime
import Model

extension HostAPI {
    static let crypto: [AgentFunction] = [
        AgentFunction("crypto.sha256") { call throws(Problem) in
            LuaValue(Hex.encode(Hash.sha256.digest(of: try call.bytes(0, "text"))))
        },
        AgentFunction("crypto.hmac_sha256") { call throws(Problem) in
            let (key, text) = (try call.secretBytes(0, "key"), try call.bytes(1, "text"))
            return LuaValue(Hex.encode(Hash.sha256.authentication(of: text, key: key)))
        },
        AgentFunction("crypto.rs256_sign") { call throws(Problem) in
            let (key, text) = (try call.secretBytes(0, "key"), try call.bytes(1, "text"))
            return LuaValue(Hex.encode(try RSASignature.sign(text, key: key)))
        },
        AgentFunction("crypto.aws_sign") { call throws(Problem) in try HostAPI.awsSigned(call) },
        AgentFunction("crypto.equal") { call throws(Problem) in
            .boolean(constantTimeEqual(try call.secretBytes(0, "a"), try call.secretBytes(1, "b")))
        },
        AgentFunction("crypto.base64_encode") { call throws(Problem) in
            LuaValue(Base64.standard.encode(try call.bytes(0, "text")))
        },
        AgentFunction("crypto.base64_decode") { call throws(Problem) in
            guard let bytes = Base64.standard.decode(try call.string(0, "text")) else {
                throw Problem(.invalid, "argument 1 (text) is not base64")
            }
            return .string(bytes)
        },
        AgentFunction("crypto.hex_encode") { call throws(Problem) in LuaValue(Hex.encode(try call.bytes(0, "text"))) },
        AgentFunction("crypto.hex_decode") { call throws(Problem) in
            guard let bytes = Hex.decode(try call.string(0, "text")) else {
                throw Problem(.invalid, "argument 1 (text) is not hexadecimal")
            }
            return .string(bytes)
        },
        AgentFunction("crypto.random") { call throws(Problem) in
            let count = try call.integer(0, "bytes")
            guard 1...1024 ~= count else { throw call.wrong(0, "bytes", expected: "1 to 1024") }
            return LuaValue(Hex.encode(try Random.bytes(Int(count))))
        },
    ]
}

extension AgentCall {
    /// Never quotes what it got.
    fileprivate func secretBytes(_ index: Int, _ name: String) throws(Problem) -> [UInt8] {
        guard let bytes = self[index].bytes else {
            throw Problem(
                .invalid, "argument \(index + 1) (\(name)) is a \(self[index].typeName) value, expected a string")
        }
        return bytes
    }
}
