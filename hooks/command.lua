-- command: Runs before a command's script starts: checking remote commands.
--
-- In hooks/NAME.lua, for the command NAME. `command` has: name, arguments (a list), trigger, by.
-- The answer is nothing to go on, agent.abort(…), or a list of arguments to run it with instead.
return {
  command = function(command, agent)
    for _, argument in ipairs(command.arguments) do
      if argument:find("^%-") then return agent.abort("options are not taken from outside: " .. argument) end
    end
    if agent.time.weekday() == 5 and agent.time.local_hour() >= 16 then
      return agent.abort("not on a Friday afternoon")
    end
  end,
}
