using System.Text.Json;

namespace LogFlow.Bulk;

/// <summary>
/// Reads the answer of <c>_bulk</c> without building objects: a status per item; texts only where an item failed.
/// </summary>
/// <remarks>
/// <code>
/// {"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"…","reason":"…"}}}]}
/// </code>
/// </remarks>
public static class BulkResponseReader
{
    /// <summary>
    /// Reads one item per element of <paramref name="items"/> (with <see cref="BulkOutcome.Unknown"/>, which the caller
    /// decides). False where the body is not a whole bulk answer or the number of items differs: then nothing is known.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> body, Span<BulkItemResult> items)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return Read(ref reader, items);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            // Another type of token than a bulk answer has there, or a status beyond an integer.
            return false;
        }
    }

    private static bool Read(ref Utf8JsonReader reader, Span<BulkItemResult> items)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var count = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isItems = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (!isItems)
            {
                reader.Skip();
                continue;
            }

            count = ReadItems(ref reader, items);
            if (count < 0)
            {
                return false;
            }
        }

        // A torn answer can end on a boundary that parses so far; the closing brace proves it whole.
        return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && count == items.Length;
    }

    private static int ReadItems(ref Utf8JsonReader reader, Span<BulkItemResult> items)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return -1;
        }

        var count = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (count == items.Length)
            {
                return -1;
            }

            // {"create":{…}}: the action's name says nothing that is not known.
            if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName
                || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return -1;
            }

            items[count++] = ReadItem(ref reader);
            if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)
            {
                return -1;
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? count : -1;
    }

    private static BulkItemResult ReadItem(ref Utf8JsonReader reader)
    {
        var status = 0;
        string? type = null;
        string? reason = null;
        var parked = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("status"u8))
            {
                reader.Read();
                status = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                reader.Read();
                ReadError(ref reader, ref type, ref reason);
            }
            else if (reader.ValueTextEquals("failure_store"u8))
            {
                reader.Read();
                parked = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("used"u8);
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new BulkItemResult(status, BulkOutcome.Unknown, type, reason, parked);
    }

    /// <summary>An error object, or a plain text; a cause is appended to the reason, as that is what helps.</summary>
    private static void ReadError(ref Utf8JsonReader reader, ref string? type, ref string? reason)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reason = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("reason"u8))
            {
                reader.Read();
                reason = Join(ReadText(ref reader), reason);
            }
            else if (reader.ValueTextEquals("caused_by"u8))
            {
                reader.Read();
                string? causeType = null;
                string? cause = null;
                ReadError(ref reader, ref causeType, ref cause);
                reason = Join(reason, cause);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }

    private static string? Join(string? reason, string? cause) =>
        reason is null || cause is null
            ? reason ?? cause
            : ShortText.Of($"{reason}: {cause}");
}
