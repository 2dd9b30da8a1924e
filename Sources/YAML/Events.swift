import CYAML
import Model

extension YAML {
    /// libyaml's parser: a stream of events over a text that must outlive it.
    struct Events {
        enum Kind {
            case streamStart, streamEnd, documentStart, documentEnd
            case alias(String)
            case scalar(Scalar, anchor: String?, tag: String?)
            case sequenceStart(anchor: String?, tag: String?)
            case sequenceEnd
            case mappingStart(anchor: String?, tag: String?)
            case mappingEnd
        }

        struct Event {
            let kind: Kind
            let start: Mark
            let end: Mark
        }

        let file: String
        private let marks: Marks
        private let parser: UnsafeMutablePointer<yaml_parser_t>

        init(reading text: UnsafeBufferPointer<UInt8>, file: String, marks: Marks) throws(Mistake) {
            self.file = file
            self.marks = marks
            parser = .allocate(capacity: 1)
            guard yaml_parser_initialize(parser) == 1 else {
                parser.deallocate()
                throw Mistake(
                    position: Position(file: file, line: 1, column: 1), message: "no memory to read it", code: .limit)
            }
            // Without this libyaml would look for UTF-16, which the check for UTF-8 has not seen.
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        }

        func close() {
            yaml_parser_delete(parser)
            parser.deallocate()
        }

        func mistake(at mark: Mark, _ message: String, code: Problem.Code = .invalid) -> Mistake {
            Mistake(position: mark.position(in: file), message: message, code: code)
        }

        func next() throws(Mistake) -> Event {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxMistake() }
            defer { yaml_event_delete(&event) }
            return Event(
                kind: Events.kind(of: event), start: marks.mark(atCharacter: event.start_mark.index),
                end: marks.mark(atCharacter: event.end_mark.index))
        }

        private static func kind(of event: yaml_event_t) -> Kind {
            switch event.type {
            case YAML_STREAM_END_EVENT: return .streamEnd
            case YAML_DOCUMENT_START_EVENT: return .documentStart
            case YAML_DOCUMENT_END_EVENT: return .documentEnd
            case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
            case YAML_SCALAR_EVENT:
                let data = event.data.scalar
                let value = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
                let style = style(data.style)
                // `!` alone says: not by its looks, so it is text.
                let tag = text(data.tag)
                let scalar = Scalar(
                    text: value, style: style, value: Scalar.Value(text: value, style: style, tag: tag))
                return .scalar(scalar, anchor: text(data.anchor), tag: tag)
            case YAML_SEQUENCE_START_EVENT:
                let data = event.data.sequence_start
                return .sequenceStart(anchor: text(data.anchor), tag: text(data.tag))
            case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
            case YAML_MAPPING_START_EVENT:
                let data = event.data.mapping_start
                return .mappingStart(anchor: text(data.anchor), tag: text(data.tag))
            case YAML_MAPPING_END_EVENT: return .mappingEnd
            default: return .streamStart
            }
        }

        private static func text(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
            pointer.map { String(cString: $0) }
        }

        private static func style(_ style: yaml_scalar_style_t) -> Scalar.Style {
            switch style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
        }

        private func syntaxMistake() -> Mistake {
            let state = parser.pointee
            let problem = state.problem.map { String(cString: $0) } ?? "it cannot be read"
            switch state.error {
            case YAML_MEMORY_ERROR:
                return mistake(at: marks.mark(atByte: 0), "no memory to read it", code: .limit)
            case YAML_READER_ERROR:
                // The text came without its byte order mark, and the reader counts bytes.
                let first = marks.mark(atCharacter: 0).offset
                return mistake(at: marks.mark(atByte: first + state.problem_offset), problem)
            default:
                let mark = marks.mark(atCharacter: state.problem_mark.index)
                if marks.character(at: mark) == UInt8(ascii: "\t") {
                    return mistake(at: mark, "a tab cannot stand here, expected spaces")
                }
                guard let context = state.context.map({ String(cString: $0) }) else {
                    return mistake(at: mark, problem)
                }
                let begin = marks.mark(atCharacter: state.context_mark.index)
                return mistake(
                    at: mark, "\(problem) \(context) that begins at line \(begin.line), column \(begin.column)")
            }
        }
    }
}
