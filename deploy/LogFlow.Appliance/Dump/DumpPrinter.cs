using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LogFlow.Platform;

namespace LogFlow.Appliance;

/// <summary>Entries as lines for people, or as JSON.</summary>
internal sealed class DumpPrinter(TextWriter output, bool isJson)
{
    /// <summary>A heading for a file.</summary>
    public void Begin(string path, string format)
    {
        if (!isJson)
        {
            output.WriteLine($"{TerminalText.Clean(path)}: {format}");
        }
    }

    /// <summary>One entry.</summary>
    public void Print(string path, DumpEntry entry)
    {
        if (isJson)
        {
            JsonLine.Write(output, ToJson(path, entry));
            return;
        }

        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{entry.Position,12}  {entry.Kind}");
        if (entry.Length > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" ({entry.Length} bytes)");
        }

        foreach (var (name, value) in entry.Fields)
        {
            line.Append(CultureInfo.InvariantCulture, $" {name}={value ?? "-"}");
        }

        if (entry.Damage is { } damage)
        {
            line.Append(" DAMAGED: ").Append(damage);
        }

        output.WriteLine(TerminalText.Clean(line.ToString()));
    }

    private static JsonObject ToJson(string path, DumpEntry entry)
    {
        var json = new JsonObject
        {
            ["file"] = path,
            ["position"] = entry.Position,
            ["length"] = entry.Length,
            ["kind"] = entry.Kind,
        };
        foreach (var (name, value) in entry.Fields)
        {
            json[name] = value switch
            {
                null => null,
                bool flag => flag,
                string text => text,
                Guid id => id.ToString(),
                IConvertible number => JsonValue.Create(number.ToDecimal(CultureInfo.InvariantCulture)),
                _ => value.ToString(),
            };
        }

        if (entry.Damage is { } damage)
        {
            json["damage"] = damage;
        }

        return json;
    }
}
