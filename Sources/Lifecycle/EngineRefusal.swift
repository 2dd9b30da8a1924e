/// What an engine says when it cannot start a container.
package enum EngineRefusal {
    /// What any release would have failed at: ports, networks, devices and volumes are not the image's.
    package static func isTheMachines(_ words: String) -> Bool {
        let text = words.lowercased()
        return text.contains("network ") && text.contains("not found")
            || [
                "port is already allocated", "address already in use", "error gathering device information",
                "could not select device driver", "error while mounting volume", "no space left on device",
            ].contains { text.contains($0) }
    }
}
