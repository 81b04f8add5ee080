using System.Text.Json;

namespace LogFlow.Store.Tests;

/// <summary>Compares JSON values: numbers by value, objects without order; names the first difference.</summary>
internal static class JsonCompare
{
    public static string? Difference(JsonElement a, JsonElement b, string path = "$")
    {
        if (a.ValueKind != b.ValueKind)
        {
            return $"{path}: {a.GetRawText()} <> {b.GetRawText()}";
        }

        switch (a.ValueKind)
        {
            case JsonValueKind.Object:
                var right = b.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
                foreach (var property in a.EnumerateObject())
                {
                    if (!right.Remove(property.Name, out var other))
                    {
                        return $"{path}.{property.Name}: only left, {property.Value.GetRawText()}";
                    }

                    if (Difference(property.Value, other, $"{path}.{property.Name}") is { } inner)
                    {
                        return inner;
                    }
                }

                return right.Count > 0 ? $"{path}.{right.First().Key}: only right" : null;
            case JsonValueKind.Array:
                if (a.GetArrayLength() != b.GetArrayLength())
                {
                    return $"{path}: {a.GetArrayLength()} <> {b.GetArrayLength()} items";
                }

                for (var i = 0; i < a.GetArrayLength(); i++)
                {
                    if (Difference(a[i], b[i], $"{path}[{i}]") is { } inner)
                    {
                        return inner;
                    }
                }

                return null;
            case JsonValueKind.Number:
                var (x, y) = (a.GetDouble(), b.GetDouble());
                return Math.Abs(x - y) <= 1e-9 * Math.Max(Math.Abs(x), Math.Abs(y)) ? null : $"{path}: {x} <> {y}";
            case JsonValueKind.String:
                return a.GetString() == b.GetString() ? null : $"{path}: {a.GetString()} <> {b.GetString()}";
            default:
                return null;
        }
    }
}
