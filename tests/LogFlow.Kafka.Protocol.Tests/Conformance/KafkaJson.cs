using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Compares a message of ours with the JSON that Kafka makes of the same message.</summary>
internal static class KafkaJson
{
    /// <summary>The first field that Kafka names and that has another value here; null when there is none.</summary>
    public static string? FirstDifference(object ours, JsonElement kafkas)
    {
        foreach (var member in kafkas.EnumerateObject())
        {
            // Kafka prints no records, only that they are there or their size; their bytes were compared already.
            if (member.Name.StartsWith("records", StringComparison.Ordinal)
                && ours.GetType().GetProperty("Records") is not null)
            {
                continue;
            }

            var name = member.Name;
            var property = ours.GetType().GetProperty(char.ToUpperInvariant(name[0]) + name[1..]);
            if (property is null)
            {
                return $"we have no {ours.GetType().Name}.{member.Name}";
            }

            var difference = Compare(property.GetValue(ours), member.Value);
            if (difference is not null)
            {
                return $"{property.Name}: {difference}";
            }
        }

        return null;
    }

    private static string? Compare(object? ours, JsonElement kafkas)
    {
        if (ours is IList list && kafkas.ValueKind == JsonValueKind.Array)
        {
            return list.Count != kafkas.GetArrayLength()
                ? $"{list.Count} elements here, {kafkas.GetArrayLength()} at Kafka"
                : list.Cast<object>().Zip(kafkas.EnumerateArray(), Compare).FirstOrDefault(found => found is not null);
        }

        return kafkas.ValueKind == JsonValueKind.Object ? FirstDifference(ours!, kafkas) : Scalar(ours, kafkas);
    }

    private static string? Scalar(object? ours, JsonElement kafkas)
    {
        var expected = kafkas.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => kafkas.GetString(),
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            _ => kafkas.GetRawText(),
        };
        var actual = ours switch
        {
            null => null,
            ErrorCode code => ((short)code).ToString(CultureInfo.InvariantCulture),
            Guid id => UuidText(id),
            ReadOnlyMemory<byte> bytes => Convert.ToBase64String(bytes.Span),
            double number when double.TryParse(expected, CultureInfo.InvariantCulture, out var other) && other == number
                => expected,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => ours.ToString(),
        };
        return actual == expected ? null : $"{actual ?? "null"} here, {expected ?? "null"} at Kafka";
    }

    private static string UuidText(Guid id) =>
        Convert.ToBase64String(id.ToByteArray(bigEndian: true)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
