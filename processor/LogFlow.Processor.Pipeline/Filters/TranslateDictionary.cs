using System.Text;
using YamlDotNet.RepresentationModel;

namespace LogFlow.Processor.Pipeline;

/// <summary>The entries of a translate filter, from the pipeline or a YAML, JSON or CSV file.</summary>
internal static class TranslateDictionary
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="FormatException">Its content is wrong.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static List<(string Key, EventValue Value)> ReadFile(string path)
    {
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".json":
                return ReadJson(path);
            case ".csv":
                return ReadCsv(path);
            case ".yml" or ".yaml":
                return ReadYaml(path);
            default:
                throw new FormatException("a dictionary's name ends in .yml, .yaml, .json or .csv");
        }
    }

    private static List<(string Key, EventValue Value)> ReadJson(string path)
    {
        var value = JsonScanner.TryReadValue(JsonScanner.EnsureUtf8(File.ReadAllBytes(path)), out var error);
        if (value.Map is not { } map)
        {
            throw new FormatException(error ?? "the JSON text is not an object");
        }
        return [.. Enumerable.Range(0, map.Count).Select(i => (map.NameAt(i), map.ValueAt(i)))];
    }

    private static List<(string Key, EventValue Value)> ReadCsv(string path)
    {
        var entries = new List<(string, EventValue)>();
        var values = new List<string?>();
        foreach (var (number, line) in File.ReadLines(path, Encoding.UTF8).Index())
        {
            if (line.Length == 0)
            {
                continue;
            }
            if (!CsvLine.TryParse(line, ",", '"', values) || values.Count < 2)
            {
                throw new FormatException($"line {number + 1} does not hold two values");
            }
            entries.Add((values[0] ?? string.Empty, EventValue.Of(values[1] ?? string.Empty)));
        }
        return entries;
    }

    private static List<(string Key, EventValue Value)> ReadYaml(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var stream = new YamlStream();
        try
        {
            stream.Load(reader);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}: {e.Message}");
        }
        if (stream.Documents.Count == 0)
        {
            return [];
        }
        return stream.Documents[0].RootNode is YamlMappingNode map
            ? [.. map.Children.Select(entry =>
                (((YamlScalarNode)entry.Key).Value ?? string.Empty, ToValue(entry.Value)))]
            : throw new FormatException("the YAML text is not a mapping");
    }

    private static EventValue ToValue(YamlNode node)
    {
        switch (node)
        {
            case YamlScalarNode scalar:
                return EventValue.Of(scalar.Value ?? string.Empty);
            case YamlSequenceNode sequence:
                return EventValue.Of(new EventList(sequence.Children.Select(ToValue)));
            default:
                var map = new EventMap();
                foreach (var (key, value) in ((YamlMappingNode)node).Children)
                {
                    map[((YamlScalarNode)key).Value ?? string.Empty] = ToValue(value);
                }
                return EventValue.Of(map);
        }
    }
}
