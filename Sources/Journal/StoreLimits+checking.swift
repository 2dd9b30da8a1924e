package import Model

extension StoreLimits {
    /// Whether a value may be kept beside the others of its scope. `value` is its JSON.
    package func check(
        _ key: String, _ value: String, _ scope: String, otherKeys: Int, otherBytes: Int
    ) throws(Problem) {
        let place = "store of \"\(scope)\""
        guard key.utf8.count <= keyBytes else {
            throw Problem(.limit, "\(place): a key has \(key.utf8.count) bytes, expected at most \(keyBytes)")
        }
        guard value.utf8.count <= valueBytes else {
            throw Problem(
                .limit,
                "\(place): the value of \"\(key)\" has \(value.utf8.count) bytes as JSON, "
                    + "expected at most \(valueBytes)")
        }
        guard otherKeys < keys else {
            throw Problem(.limit, "\(place): \"\(key)\" would be one key too many, expected at most \(keys)")
        }
        let bytes = otherBytes + key.utf8.count + value.utf8.count
        guard bytes <= totalBytes else {
            throw Problem(
                .limit, "\(place): with \"\(key)\" it would have \(bytes) bytes, expected at most \(totalBytes)")
        }
    }
}
