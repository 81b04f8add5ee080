using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using LogFlow.Testing;

namespace LogFlow.Processor.Pipeline.Tests;

/// <summary>The recorded behaviour of Logstash in <c>tests/vectors</c>: one JSON line a case.</summary>
internal static class VectorFolder
{
    public static string Path { get; } = System.IO.Path.Combine(SharedFolder.Repository, "tests", "vectors");

    /// <summary>Every case of every file, by its id.</summary>
    public static FrozenDictionary<string, string> Cases { get; } = ReadCases();

    /// <summary>
    /// What the language here lacks, with the ids of the cases that need it. The file is kept by hand: taking a line
    /// out of it is how support of a plugin is declared.
    /// </summary>
    public static FrozenDictionary<string, string> NotSupported { get; } = ReadNotSupported();

    public static VectorResult Run(string id) =>
        new VectorRunner(PluginRegistry.CreateDefault()).Run(Cases[id], id);

    /// <summary>The message of every event of every case: texts to match with.</summary>
    public static List<string> ReadMessages()
    {
        var messages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Cases.Values)
        {
            using var document = JsonDocument.Parse(line);
            if (!document.RootElement.TryGetProperty("events", out var events))
            {
                continue;
            }

            foreach (var item in events.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("message", out var message)
                    && message.ValueKind == JsonValueKind.String)
                {
                    messages.Add(message.GetString()!);
                }
            }
        }

        return [.. messages.Order(StringComparer.Ordinal)];
    }

    private static FrozenDictionary<string, string> ReadCases()
    {
        var cases = new Dictionary<string, string>();
        foreach (var file in Directory.GetFiles(Path, "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var line in File.ReadLines(file, Encoding.UTF8).Where(static line => line.Length > 0))
            {
                using var document = JsonDocument.Parse(line);
                cases.Add(document.RootElement.GetProperty("id").GetString()!, line);
            }
        }

        return cases.ToFrozenDictionary();
    }

    private static FrozenDictionary<string, string> ReadNotSupported() => File
        .ReadLines(System.IO.Path.Combine(Path, "not-supported.txt"))
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(':', 2))
        .SelectMany(static parts => parts[1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => KeyValuePair.Create(id, parts[0])))
        .ToFrozenDictionary();
}
