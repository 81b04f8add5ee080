using System.Globalization;

namespace LogFlow.Hosting;

/// <summary>
/// The values below a key whose own keys are free, with the types that YAML gives them: plain true, 1, 1.5 and null are
/// what they look like, what stands in quotes is text; lists and sections to any depth.
/// </summary>
internal static class TreeValue
{
    public static Dictionary<string, object?> OfSection(ConfigNode node) =>
        node.Children.ToDictionary(
            static pair => pair.Key, static pair => Of(pair.Value), StringComparer.Ordinal);

    public static object? Of(ConfigNode node)
    {
        if (node.Items is { } items)
        {
            return items.ConvertAll(Of);
        }

        return node.Children.Count > 0 ? OfSection(node) : node.IsQuoted ? node.Value : OfPlain(node.Value);
    }

    private static object? OfPlain(string? text)
    {
        switch (text)
        {
            case null:
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON":
                return true;
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF":
                return false;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        return text.AsSpan().IndexOfAnyInRange('0', '9') >= 0
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? number
            : text;
    }
}
