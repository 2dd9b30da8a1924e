import Model

extension DeployRecord {
    /// A person chose this very release, so nothing automatic may move the service away from it.
    package var holds: Bool { wish.holds && trigger.kind.isPerson }

    /// It waits because the try before it failed, rather than because a hook put it off.
    private var isRetry: Bool { attempt > 1 }

    /// Takes over what a newer request for the same service wants. `isPaused` is whether what is automatic
    /// stands still.
    mutating func coalesce(with newer: DeployRecord, isPaused: Bool) {
        let kind = newer.trigger.kind
        if kind.isPerson {
            // Two people who want the same: neither loses what the other did not say.
            let force = newer.wish.force || wish.force && wish.target == newer.wish.target
            adopt(newer)
            wish.force = force
        } else if trigger.kind.isPerson {
            // What a person asked for stands.
        } else if !kind.isAutomatic {
            // Healing waits for nothing; and what is about to start anyway heals too.
            if trigger.kind.isAutomatic, isPaused || notBefore != nil { adopt(newer) }
        } else if !trigger.kind.isAutomatic {
            if !isPaused { adopt(newer) }
        } else {
            // A poll that comes by must not hurry what a hook has put off, nor what keeps failing. A webhook
            // brings news, and with it the hope that what failed has been mended.
            trigger = newer.trigger
            wish = newer.wish
            if isRetry, kind == .webhook { notBefore = nil }
        }
    }

    /// Makes everything that can be asked for the same as in the other.
    mutating func adopt(_ other: DeployRecord) {
        trigger = other.trigger
        wish = other.wish
        attempt = other.attempt
        follows = other.follows
        notBefore = other.notBefore
    }
}
