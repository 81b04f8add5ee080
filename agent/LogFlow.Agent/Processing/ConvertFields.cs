using System.Globalization;
using System.Net;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>convert</c>: values of fields into another type.</summary>
internal sealed class ConvertFields : EventProcessor
{
    [ConfigKey("fields")]
    public List<Conversion> Fields { get; set; } = [];

    [ConfigKey("mode")]
    public ConversionMode Mode { get; set; } = ConversionMode.Copy;

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; }

    [ConfigKey("fail_on_error")]
    public bool FailOnError { get; set; } = true;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var one in Fields)
        {
            if (!@event.TryGet(one.From, out var value))
            {
                if (!IgnoreMissing && FailOnError)
                {
                    @event.AddError($"failed in processor.convert: field '{one.From}' is missing");
                }

                continue;
            }

            if (one.Type.Length > 0 && !FieldConverter.TryConvert(value, one.Type, out value))
            {
                if (FailOnError)
                {
                    @event.AddError($"failed in processor.convert: '{one.From}' cannot be made {one.Type}");
                }

                continue;
            }

            if (one.To.Length > 0 && Mode == ConversionMode.Rename)
            {
                @event.Remove(one.From);
            }

            @event.Put(one.To.Length > 0 ? one.To : one.From, value);
        }

        return true;
    }
}

/// <summary>One field of <c>convert</c>.</summary>
internal sealed class Conversion : IValidatedConfig
{
    [ConfigKey("from")]
    public string From { get; set; } = "";

    [ConfigKey("to")]
    public string To { get; set; } = "";

    [ConfigKey("type")]
    public string Type { get; set; } = "";

    /// <inheritdoc/>
    public IReadOnlyList<ConfigProblem> Validate() => Type.Length == 0 || FieldConverter.Types.Contains(Type)
        ? []
        : [new ConfigProblem("type", $"'{Type}' is not one of {string.Join(", ", FieldConverter.Types)}")];
}

/// <summary>What becomes of the old field.</summary>
internal enum ConversionMode
{
    /// <summary>It stays.</summary>
    Copy,

    /// <summary>It goes.</summary>
    Rename,
}

/// <summary>Filebeat's conversions between types.</summary>
internal static class FieldConverter
{
    /// <summary>The names of types.</summary>
    public static readonly string[] Types = ["integer", "long", "float", "double", "string", "boolean", "ip"];

    /// <summary>Converts a value; false where it is none of that type.</summary>
    public static bool TryConvert(object? value, string type, out object? converted)
    {
        var text = value switch
        {
            string written => written,
            bool flag => flag ? "true" : "false",
            JsonNumber number => number.Text,
            null => "",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        switch (type)
        {
            case "integer" or "long":
                converted = TryWhole(text, out var whole)
                    && (type == "long" || whole is >= int.MinValue and <= int.MaxValue)
                    ? whole
                    : null;
                break;
            case "float" or "double":
                converted = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
                    ? real
                    : null;
                break;
            case "boolean":
                converted = text.ToLowerInvariant() switch
                {
                    "true" or "1" or "t" => true,
                    "false" or "0" or "f" => false,
                    _ => null,
                };
                break;
            case "ip":
                converted = IPAddress.TryParse(text, out _) ? text : null;
                break;
            default:
                converted = text;
                break;
        }

        return converted is not null;
    }

    private static bool TryWhole(string text, out long whole)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(
                text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out whole);
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
        {
            return true;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real)
            && Math.Abs(real) < 1e18)
        {
            whole = (long)real;
            return true;
        }

        return false;
    }
}
