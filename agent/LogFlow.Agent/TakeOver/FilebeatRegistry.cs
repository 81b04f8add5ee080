using System.Globalization;
using System.Text.Json;

namespace LogFlow.Agent;

/// <summary>
/// Reads the registry of a Filebeat: since 7.9 a folder with a snapshot (<c>N.json</c>, a list) and a log of changes
/// after it (<c>log.json</c>, pairs of lines), before that one file with a list. Nothing of it is changed.
/// </summary>
internal static class FilebeatRegistry
{
    private const string LogPrefix = "filebeat::logs::";
    private const string FilestreamPrefix = "filestream::";

    private static readonly string[] Identities = ["::native::", "::fingerprint::", "::path::"];

    /// <summary>A filestream input without id.</summary>
    private const string NoId = ".global";

    /// <summary>A log state that a filestream input has taken over already.</summary>
    private const long TakenOver = -2;

    /// <summary>The registry at a path: a file, its folder, or Filebeat's data folder; null: there is none.</summary>
    public static string? Find(string path)
    {
        if (File.Exists(path))
        {
            return path;
        }

        return new[] { path, Path.Combine(path, "filebeat"), Path.Combine(path, "registry", "filebeat") }
            .SelectMany(static folder => new[] { folder, Path.Combine(folder, "data.json") })
            .FirstOrDefault(static place => File.Exists(Path.Combine(place, "log.json"))
                || File.Exists(Path.Combine(place, "meta.json")) || File.Exists(place))
            ?? (File.Exists(Path.Combine(path, "registry")) ? Path.Combine(path, "registry") : null);
    }

    /// <summary>All states of a registry that <see cref="Find"/> found.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">Its snapshot is damaged.</exception>
    public static IReadOnlyList<FilebeatState> Read(string place)
    {
        if (File.Exists(place))
        {
            return [.. ReadList(place).Select(StateOf).OfType<FilebeatState>()];
        }

        var states = new Dictionary<string, FilebeatState?>(StringComparer.Ordinal);
        var snapshot = Directory.EnumerateFiles(place, "*.json")
            .Select(static path => (Path: path, IsNumber: ulong.TryParse(
                Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture,
                out var number), Number: number))
            .Where(static file => file.IsNumber)
            .OrderByDescending(static file => file.Number)
            .FirstOrDefault();
        if (snapshot.IsNumber)
        {
            foreach (var entry in ReadList(snapshot.Path))
            {
                if (entry.TryGetProperty("_key", out var key))
                {
                    states[key.GetString()!] = StateOf(key.GetString()!, entry);
                }
            }
        }

        ApplyLog(Path.Combine(place, "log.json"), snapshot.Number, states);
        return [.. states.Values.OfType<FilebeatState>()];
    }

    private static IEnumerable<JsonElement> ReadList(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(static entry => entry.Clone())]
                : throw new InvalidDataException($"{path} holds no list of states");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} is damaged: {error.Message}", error);
        }
    }

    /// <summary>Changes after the snapshot, up to the first that is broken or missing, as Filebeat does it.</summary>
    private static void ApplyLog(string path, ulong snapshot, Dictionary<string, FilebeatState?> states)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var lines = File.ReadLines(path).GetEnumerator();
        ulong? last = null;
        while (lines.MoveNext() && TryParse(lines.Current) is { } head && lines.MoveNext()
            && TryParse(lines.Current) is { } change)
        {
            if (!head.TryGetProperty("id", out var written) || !written.TryGetUInt64(out var id)
                || !head.TryGetProperty("op", out var operation) || !change.TryGetProperty("k", out var key)
                || (last is not null && id != last + 1))
            {
                return;
            }

            last = id;
            if (id <= snapshot)
            {
                continue;
            }

            states[key.GetString()!] = operation.GetString() == "set" && change.TryGetProperty("v", out var value)
                ? StateOf(key.GetString()!, value)
                : null;
        }
    }

    private static JsonElement? TryParse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The end of the log, cut by a crash.
            return null;
        }
    }

    private static FilebeatState? StateOf(string key, JsonElement value)
    {
        if (key.StartsWith(LogPrefix, StringComparison.Ordinal))
        {
            return StateOf(value) is { } state ? state with { Identity = key[LogPrefix.Length..] } : null;
        }

        // filestream::<input id>::<identity>::<value>; an id may have "::" in it.
        var identity = Identities
            .Select(name => key.LastIndexOf(name, StringComparison.Ordinal)).Max();
        if (!key.StartsWith(FilestreamPrefix, StringComparison.Ordinal) || identity < FilestreamPrefix.Length - 2
            || !value.TryGetProperty("cursor", out var cursor) || cursor.ValueKind != JsonValueKind.Object
            || !cursor.TryGetProperty("offset", out var offset))
        {
            return null;
        }

        var id = identity > FilestreamPrefix.Length ? key[FilestreamPrefix.Length..identity] : "";
        var source = value.TryGetProperty("meta", out var meta) && meta.TryGetProperty("source", out var path)
            ? path.GetString() : null;
        return new FilebeatState(
            id == NoId ? "" : id, key[(identity + 2)..], source ?? "", offset.GetInt64(), TimeOf(value, "updated"));
    }

    /// <summary>A state of an input of type log, and of every Filebeat before 7.9.</summary>
    private static FilebeatState? StateOf(JsonElement value)
    {
        if (!value.TryGetProperty("offset", out var offset)
            || (value.TryGetProperty("ttl", out var ttl) && ttl.TryGetInt64(out var left) && left == TakenOver))
        {
            return null;
        }

        var identity = value.TryGetProperty("FileStateOS", out var file)
            && file.TryGetProperty("inode", out var inode) && file.TryGetProperty("device", out var device)
                ? $"native::{inode.GetUInt64()}-{device.GetUInt64()}"
                : "";
        return new FilebeatState(
            null, identity, value.TryGetProperty("source", out var source) ? source.GetString() ?? "" : "",
            offset.GetInt64(), TimeOf(value, "timestamp"));
    }

    /// <summary><c>[n, seconds since 1970]</c>, or a text.</summary>
    private static DateTimeOffset? TimeOf(JsonElement value, string name)
    {
        if (!value.TryGetProperty(name, out var time))
        {
            return null;
        }

        if (time.ValueKind == JsonValueKind.String)
        {
            return time.TryGetDateTimeOffset(out var written) && written > DateTimeOffset.UnixEpoch ? written : null;
        }

        return time.ValueKind == JsonValueKind.Array && time.GetArrayLength() == 2
            && time[1].TryGetInt64(out var seconds) && seconds > 0
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
    }
}
