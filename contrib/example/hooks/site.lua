-- A drop-in for the service `site`: a function for each hook point that matters here.
return {
  post_up = function(deploy, agent)
    agent.log("the site now points to " .. deploy.to.revision)
  end,
}
