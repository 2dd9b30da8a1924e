import Hooks
import Lifecycle
import Model
import TestKit
import Testing

@Suite("Lua hooks")
struct LuaHookTests {
    @Test("a drop-in's functions get the deploy and the agent, and answer with verdicts")
    func dropIn() async {
        let home = HookHome()
        home.tree.file(
            "hooks/web.lua",
            """
            return {
              pre_pull = function(deploy, agent)
                agent.log(deploy.service .. " to " .. deploy.to.image)
                if deploy.attempt > 1 then return agent.defer("1h", "not at night") end
              end,
            }
            """)
        #expect(await home.answers(at: .prePull) == [.success(.postpone(.seconds(3600), reason: "not at night"))])
        #expect(home.log == ["web.lua: web to ghcr.io/me/web:1.1"])
        #expect(await home.answers(at: .verify) == [])
    }
}
