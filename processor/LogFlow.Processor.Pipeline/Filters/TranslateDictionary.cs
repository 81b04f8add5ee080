using System.Text;

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
        var text = File.ReadAllText(path, Encoding.UTF8);
        for (var position = 0; position < text.Length;)
        {
            var start = position;
            if (!CsvLine.TryParse(text, ref position, ",", '"', values) || values.Count is > 0 and < 2)
            {
                throw new FormatException($"line {text.AsSpan(0, start).Count('\n') + 1} does not hold two values");
            }
            if (values.Count > 0)
            {
                entries.Add((values[0] ?? string.Empty, EventValue.Of(values[1] ?? string.Empty)));
            }
        }
        return entries;
    }

    private static List<(string Key, EventValue Value)> ReadYaml(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        try
        {
            var value = YamlValues.Read(reader);
            return value.IsMissing ? []
                : value.Map is { } map
                    ? [.. Enumerable.Range(0, map.Count).Select(i => (map.NameAt(i), map.ValueAt(i)))]
                : throw new FormatException("the YAML text is not a mapping");
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            throw new FormatException($"line {e.Start.Line}: {e.Message}");
        }
    }
}
