using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Writes <c>hits</c> and <c>aggregations</c>.</summary>
internal static class SearchResultWriter
{
    public static void Write(
        Utf8JsonWriter json, SearchRequest request, SearchResult result, bool totalAsNumber, AggregationAnswer answer)
    {
        json.WriteStartObject("hits");
        if (request.TotalHitsMax >= 0 && totalAsNumber)
        {
            json.WriteNumber("total", result.Total);
        }
        else if (request.TotalHitsMax >= 0)
        {
            json.WriteStartObject("total");
            json.WriteNumber("value", result.Total);
            json.WriteString("relation", result.IsTotalExact ? "eq" : "gte");
            json.WriteEndObject();
        }

        json.WriteNull("max_score");
        json.WriteStartArray("hits");
        foreach (var hit in result.Hits)
        {
            WriteHit(json, request, hit);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        if (result.Aggregations is not null)
        {
            json.WriteStartObject("aggregations");
            result.Aggregations.Write(json, answer);
            json.WriteEndObject();
        }
    }

    private static void WriteHit(Utf8JsonWriter json, SearchRequest request, FetchedHit hit)
    {
        json.WriteStartObject();
        json.WriteString("_index", hit.Index);
        json.WriteString("_id", hit.Id);
        json.WriteNull("_score");
        if (hit.Source is not null)
        {
            json.WritePropertyName("_source");
            json.WriteRawValue(hit.Source, skipInputValidation: true);
        }

        if (hit.Fields.Count > 0)
        {
            json.WriteStartObject("fields");
            foreach (var (name, values, format) in hit.Fields)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                {
                    WriteValue(json, value, format);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        if (hit.Highlights.Count > 0)
        {
            json.WriteStartObject("highlight");
            foreach (var (name, fragments) in hit.Highlights)
            {
                json.WriteStartArray(name);
                foreach (var fragment in fragments)
                {
                    json.WriteStringValue(fragment);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        if (!request.IsDefaultSort)
        {
            json.WriteStartArray("sort");
            foreach (var key in hit.Sort)
            {
                key.Write(json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, in FieldValue value, string? format)
    {
        switch (value.Kind)
        {
            case StoredKind.String:
                json.WriteStringValue(value.Text.Span);
                break;
            case StoredKind.Bool:
                json.WriteBooleanValue(value.Bits != 0);
                break;
            case StoredKind.Double:
                json.WriteNumberValue(value.Number);
                break;
            case StoredKind.Time when format == "epoch_millis":
                json.WriteStringValue(value.Bits.ToString(System.Globalization.CultureInfo.InvariantCulture));
                break;
            case StoredKind.Time:
                json.WriteStringValue(TimeText.FormatMs(value.Bits));
                break;
            default:
                json.WriteNumberValue(value.Bits);
                break;
        }
    }
}
