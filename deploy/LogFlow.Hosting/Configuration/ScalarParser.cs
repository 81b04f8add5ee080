using System.Globalization;

namespace LogFlow.Hosting;

/// <summary>Turns configuration text into values, and says what a type takes.</summary>
internal static class ScalarParser
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>Parses for a property of the given type; false where the text does not fit it.</summary>
    public static bool TryParse(string text, Type type, out object? value)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        if (target == typeof(string))
        {
            value = text;
        }
        else if (target == typeof(bool))
        {
            value = text.ToLowerInvariant() switch
            {
                "true" or "yes" or "on" => true,
                "false" or "no" or "off" => false,
                _ => null,
            };
        }
        else if (target == typeof(int))
        {
            value = int.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out var number) ? number : null;
        }
        else if (target == typeof(long))
        {
            value = long.TryParse(text, NumberStyles.AllowLeadingSign, Invariant, out var number) ? number : null;
        }
        else if (target == typeof(double))
        {
            value = double.TryParse(text, NumberStyles.Float, Invariant, out var number) ? number : null;
        }
        else if (target == typeof(TimeSpan))
        {
            value = Duration.TryParse(text, out var duration) ? duration : null;
        }
        else if (target == typeof(ByteSize))
        {
            value = ByteSize.TryParse(text, out var size) ? size : null;
        }
        else if (target.IsEnum)
        {
            value = Array.Find(
                Enum.GetNames(target), name => string.Equals(Snake(name), text, StringComparison.OrdinalIgnoreCase)
                    || string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) is { } found
                ? Enum.Parse(target, found)
                : null;
        }

        return value is not null;
    }

    /// <summary>What the type takes, for error messages.</summary>
    public static string Describe(Type type)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        return target switch
        {
            _ when target == typeof(bool) => "true or false",
            _ when target == typeof(int) || target == typeof(long) => "a whole number",
            _ when target == typeof(double) => "a number",
            _ when target == typeof(TimeSpan) => "a time such as 10s, 5m or 250ms",
            _ when target == typeof(ByteSize) => "a size such as 16384, 10MB or 1GiB",
            { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(target).Select(Snake)),
            _ => "text",
        };
    }

    /// <summary>Writes a value as <see cref="TryParse"/> reads it.</summary>
    public static string Format(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan time => Duration.Format(time),
        Enum name => Snake(name.ToString()),
        IFormattable number => number.ToString(null, Invariant),
        _ => value.ToString() ?? "",
    };

    private static string Snake(string name) => string.Concat(name.Select(
        (letter, index) => char.IsUpper(letter) && index > 0
            ? "_" + char.ToLowerInvariant(letter)
            : char.ToLowerInvariant(letter).ToString()));
}
