extension YAML {
    /// The pairs of a mapping while it is read: keys once each, and those that `<<` brings in where the
    /// mapping has none of its own.
    struct MappingEntries {
        private var pairs: [Node.Pair] = []
        private var places: [String: Mark] = [:]
        private var sources: [[Node.Pair]] = []

        /// Returns the place of an equal key that came before; the first one stays.
        mutating func add(_ key: Node, _ value: Node, name: String) -> Mark? {
            if let first = places[name] { return first }
            places[name] = key.start
            pairs.append(Node.Pair(key: key, value: value, isMerged: false))
            return nil
        }

        /// False if the node is not something that can be merged.
        mutating func merge(_ node: Node) -> Bool {
            if let mapping = node.mapping {
                sources.append(mapping)
                return true
            }
            guard let list = node.sequence else { return false }
            let mappings = list.compactMap(\.mapping)
            guard mappings.count == list.count else { return false }
            sources += mappings
            return true
        }

        /// Of several sources, the earlier wins.
        var merged: [Node.Pair] {
            var result = pairs
            var known = Set(places.keys)
            for pair in sources.joined() where known.insert(pair.name).inserted {
                result.append(Node.Pair(key: pair.key, value: pair.value, isMerged: true))
            }
            return result
        }
    }
}
