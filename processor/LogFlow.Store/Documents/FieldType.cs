namespace LogFlow.Store;

/// <summary>How values of a field are indexed: the reference mapping of component-logflow-mappings.json.</summary>
internal enum FieldType : byte
{
    /// <summary>Dynamic: strings are keywords, numbers long or double, booleans boolean, value by value.</summary>
    Dynamic,

    /// <summary>Declared a keyword: numbers and booleans are indexed as their text.</summary>
    Keyword,

    /// <summary>Analyzed by the standard analyzer.</summary>
    Text,

    /// <summary>A date in milliseconds.</summary>
    Date,

    /// <summary>An IP address; what is none is not indexed.</summary>
    Ip,

    /// <summary>Declared a long: numeric strings are indexed as numbers.</summary>
    Long,
}

internal static class FieldTypes
{
    /// <summary>Strings longer than this are not indexed. Matches <c>ignore_above</c> of the mapping.</summary>
    public const int KeywordCharsMax = 1024;

    private static readonly Dictionary<string, FieldType> Declared = new(StringComparer.Ordinal)
    {
        ["@timestamp"] = FieldType.Date,
        ["event.ingested"] = FieldType.Date,
        ["event.created"] = FieldType.Date,
        ["message"] = FieldType.Text,
        ["error.stack_trace"] = FieldType.Text,
        ["http.response.status_code"] = FieldType.Long,
        ["event.sequence"] = FieldType.Long,
        ["log.offset"] = FieldType.Long,
        ["logflow.partition"] = FieldType.Long,
        ["logflow.offset"] = FieldType.Long,
        ["logflow.topic"] = FieldType.Keyword,
        ["event.original"] = FieldType.Keyword,
        ["event.dataset"] = FieldType.Keyword,
        ["log.level"] = FieldType.Keyword,
        ["log.file.path"] = FieldType.Keyword,
        ["host.name"] = FieldType.Keyword,
        ["service.name"] = FieldType.Keyword,
        ["error.type"] = FieldType.Keyword,
        ["data_stream.type"] = FieldType.Keyword,
        ["data_stream.dataset"] = FieldType.Keyword,
        ["data_stream.namespace"] = FieldType.Keyword,
        ["ip"] = FieldType.Ip,
        [FieldNames.Index] = FieldType.Keyword,
    };

    public static FieldType Of(string logicalName)
    {
        if (Declared.TryGetValue(logicalName, out var type))
        {
            return type;
        }

        return logicalName.EndsWith(".message", StringComparison.Ordinal) ? FieldType.Text
            : logicalName.EndsWith(".ip", StringComparison.Ordinal) ? FieldType.Ip
            : FieldType.Dynamic;
    }
}
