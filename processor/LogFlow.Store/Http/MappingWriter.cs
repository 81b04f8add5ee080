using System.Text.Json;

namespace LogFlow.Store;

/// <summary>Fields as Elasticsearch would map them.</summary>
internal static class MappingWriter
{
    public static string TypeOf(string field, int kinds) => FieldTypes.Of(field) switch
    {
        FieldType.Text => "text",
        FieldType.Date => "date",
        FieldType.Ip => "ip",
        FieldType.Long => "long",
        FieldType.Keyword => "keyword",
        _ => Has(kinds, StoredKind.String) ? "keyword"
            : Has(kinds, StoredKind.Double) ? "double"
            : Has(kinds, StoredKind.Int64) ? "long"
            : Has(kinds, StoredKind.Bool) ? "boolean"
            : "keyword",
    };

    public static void WriteProperties(Utf8JsonWriter json, Dictionary<string, int> fields)
    {
        var root = new Node();
        foreach (var (field, kinds) in fields.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var node = root;
            foreach (var key in field.Split('.'))
            {
                node = node.GetOrAdd(key);
            }

            node.Type = TypeOf(field, kinds);
        }

        root.Write(json);
    }

    /// <summary>What can be done with a field; where it has several types, by which indices it has each.</summary>
    public static void WriteCapabilities(
        Utf8JsonWriter json, string field, SortedDictionary<string, List<string>> types)
    {
        json.WriteStartObject(field);
        foreach (var (type, indices) in types)
        {
            json.WriteStartObject(type);
            json.WriteString("type", type);
            json.WriteBoolean("metadata_field", false);
            json.WriteBoolean("searchable", true);
            json.WriteBoolean("aggregatable", type != "text");
            if (types.Count > 1)
            {
                json.WriteStartArray("indices");
                indices.ForEach(json.WriteStringValue);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static bool Has(int kinds, StoredKind kind) => (kinds & (1 << (int)kind)) != 0;

    private sealed class Node
    {
        private readonly SortedDictionary<string, Node> _children = new(StringComparer.Ordinal);

        public string? Type { get; set; }

        public Node GetOrAdd(string key)
        {
            if (!_children.TryGetValue(key, out var child))
            {
                _children.Add(key, child = new Node());
            }

            return child;
        }

        public void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject("properties");
            foreach (var (key, child) in _children)
            {
                json.WriteStartObject(key);
                if (child._children.Count > 0)
                {
                    child.Write(json);
                }
                else
                {
                    json.WriteString("type", child.Type);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }
    }
}
