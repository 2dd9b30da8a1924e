import Model

extension YAML {
    /// Builds the tree from the events, with aliases replaced by what they name.
    struct TreeBuilder {
        /// A node, and how many it is when all aliases in it are counted in full.
        private struct Counted {
            let node: Node
            let count: Int
        }

        private let events: Events
        private let limits: Limits
        private var anchors: [String: Counted] = [:]
        /// Anchors of collections whose end has not come yet.
        private var openAnchors: Set<String> = []
        private var expanded = 0
        private var duplicates: [Mistake] = []

        init(events: Events, limits: Limits) {
            self.events = events
            self.limits = limits
        }

        mutating func document() throws(Mistake) -> Reading {
            _ = try events.next()
            let start = try events.next()
            guard case .documentStart = start.kind else {
                let nothing = Scalar(text: "", style: .plain, value: .null)
                return Reading(root: node(.scalar(nothing), of: start), duplicates: [])
            }
            let root = try counted(from: try events.next(), depth: 0).node
            _ = try events.next()
            let end = try events.next()
            guard case .streamEnd = end.kind else {
                throw events.mistake(at: end.start, "a second document begins here, expected only one")
            }
            return Reading(root: root, duplicates: duplicates)
        }

        private func node(
            _ content: Node.Content, of event: Events.Event, end: Mark? = nil, tag: String? = nil, anchor: String? = nil
        ) -> Node {
            Node(
                content: content, start: event.start, end: end ?? event.end, tag: tag, anchor: anchor, isAlias: false)
        }

        private mutating func counted(from event: Events.Event, depth: Int) throws(Mistake) -> Counted {
            guard depth < limits.depth else {
                throw events.mistake(at: event.start, "nested deeper than \(limits.depth)", code: .limit)
            }
            let result: Counted
            switch event.kind {
            case .alias(let name): return try alias(name, at: event)
            case .scalar(let scalar, let anchor, let tag):
                result = Counted(node: node(.scalar(scalar), of: event, tag: tag, anchor: anchor), count: 1)
            case .sequenceStart(let anchor, let tag):
                result = try sequence(event, anchor, tag, depth)
            case .mappingStart(let anchor, let tag):
                result = try mapping(event, anchor, tag, depth)
            default: throw events.mistake(at: event.start, "expected a value")
            }
            if let anchor = result.node.anchor { anchors[anchor] = result }
            return result
        }

        private mutating func sequence(
            _ start: Events.Event, _ anchor: String?, _ tag: String?, _ depth: Int
        ) throws(Mistake) -> Counted {
            open(anchor)
            var elements: [Node] = []
            var count = 1
            while true {
                let event = try events.next()
                if case .sequenceEnd = event.kind {
                    openAnchors.remove(anchor ?? "")
                    let result = node(.sequence(elements), of: start, end: event.end, tag: tag, anchor: anchor)
                    return Counted(node: result, count: count)
                }
                let element = try counted(from: event, depth: depth + 1)
                count += element.count
                elements.append(element.node)
            }
        }

        private mutating func mapping(
            _ start: Events.Event, _ anchor: String?, _ tag: String?, _ depth: Int
        ) throws(Mistake) -> Counted {
            open(anchor)
            var entries = MappingEntries()
            var count = 1
            while true {
                let event = try events.next()
                if case .mappingEnd = event.kind {
                    openAnchors.remove(anchor ?? "")
                    let pairs = entries.merged
                    let result = node(.mapping(pairs), of: start, end: event.end, tag: tag, anchor: anchor)
                    return Counted(node: result, count: count)
                }
                let key = try counted(from: event, depth: depth + 1)
                guard let name = key.node.scalar else {
                    throw events.mistake(at: event.start, "a key is \(key.node.kind), expected a word")
                }
                let value = try counted(from: try events.next(), depth: depth + 1)
                count += key.count + value.count
                if name.style == .plain, name.text == "<<", key.node.tag == nil {
                    guard entries.merge(value.node) else {
                        throw events.mistake(
                            at: key.node.start,
                            "\"<<\" takes \(value.node.kind), expected a mapping or a list of them")
                    }
                } else if let first = entries.add(key.node, value.node, name: name.text) {
                    let message =
                        "the key \"\(name.text)\" is already given at line \(first.line), column \(first.column)"
                    duplicates.append(events.mistake(at: key.node.start, message))
                }
            }
        }

        private mutating func open(_ anchor: String?) {
            guard let anchor else { return }
            openAnchors.insert(anchor)
        }

        private mutating func alias(_ name: String, at event: Events.Event) throws(Mistake) -> Counted {
            if openAnchors.contains(name) {
                throw events.mistake(at: event.start, "the alias \"*\(name)\" contains itself")
            }
            guard let original = anchors[name] else {
                throw events.mistake(at: event.start, "the alias \"*\(name)\" has no anchor \"&\(name)\" before it")
            }
            expanded += original.count
            guard expanded <= limits.expandedNodes else {
                throw events.mistake(
                    at: event.start, "the aliases expand to more than \(limits.expandedNodes) values", code: .limit)
            }
            let node = original.node
            return Counted(
                node: Node(
                    content: node.content, start: node.start, end: node.end, tag: node.tag, anchor: name, isAlias: true),
                count: original.count)
        }
    }
}
