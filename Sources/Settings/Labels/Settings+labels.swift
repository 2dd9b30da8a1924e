package import Model
import YAML

extension Settings {
    /// The services that these containers are, read by what reads the files, with these settings' defaults. What a
    /// file describes is the file's: its name, and the container that it moves.
    package func services(of containers: [LabelledContainer]) -> LabelledServices {
        var result = LabelledServices()
        let reading = Reading()
        var wanting: [String: [LabelledServices.Entry]] = [:]
        for container in containers.sorted(by: { $0.name < $1.name }) {
            let reader = LabelReader(container, self, reading)
            guard reader.isOn else { continue }
            guard let name = reader.serviceName else {
                // For what else is wrong with it.
                _ = reader.service(named: container.name)
                continue
            }
            if let objection = objection(of: name, container) {
                reading.warn(SettingsMistake(at: reader.position, objection))
                continue
            }
            // It counts as one that wants the name, whatever else is wrong with it.
            let before = reading.mistakes.count
            let service = reader.service(named: name)
            let isGood = reading.mistakes.count == before
            wanting[name, default: []].append(
                LabelledServices.Entry(service: service, container: container, isGood: isGood))
        }
        for (name, entries) in wanting.sorted(by: { $0.key < $1.key }) {
            guard entries.count == 1 else {
                reading.add(LabelReader.conflict(over: name, entries.map(\.container)))
                continue
            }
            result.entries += entries.filter(\.isGood)
        }
        result.mistakes = reading.mistakes
        result.warnings = reading.warnings
        return result
    }

    /// Why a file comes first.
    private func objection(of name: String, _ container: LabelledContainer) -> String? {
        func place(_ service: Service) -> String { service.position.map { " at \($0)" } ?? "" }
        if let service = services.first(where: { $0.name == name }) {
            return "the service \"\(name)\" is described\(place(service)), which counts; these labels do nothing"
        }
        for service in services {
            guard case .container(let definition) = service.kind, definition.container == container.name else {
                continue
            }
            return "the service \"\(service.name)\"\(place(service)) is this container, which counts; these labels do "
                + "nothing"
        }
        return nil
    }
}
