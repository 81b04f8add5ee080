using System.Text;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// Rebuilds documents from a block's columns: the same JSON values as came in, keys in the order in which the block
/// first saw them.
/// </summary>
internal sealed class SourceWriter
{
    private readonly Node _root = new("", "");
    private readonly SourceFilter _filter;

    public SourceWriter(BlockScan scan, SourceFilter filter)
    {
        _filter = filter;
        foreach (var entry in scan.Directory.Columns)
        {
            var isWhole = filter.TakesAll || !entry.Has(ColumnFlags.HasObjects);
            if (FieldNames.IsInternal(entry.Name) || (isWhole && !filter.TakesAll && !filter.Takes(entry.LogicalName)))
            {
                continue;
            }

            var node = _root;
            foreach (var key in entry.Name.Split('.'))
            {
                node = node.GetOrAdd(key);
            }

            node.Column = scan.Load(entry);
            node.IsFiltered = !isWhole;
        }
    }

    public void Write(int row, ByteWriter output)
    {
        if (!WriteObject(_root, row, output))
        {
            output.Write("{}"u8);
        }
    }

    private bool WriteObject(Node node, int row, ByteWriter output)
    {
        var start = output.Length;
        var any = false;
        foreach (var child in node.Children!)
        {
            var before = output.Length;
            output.WriteByte((byte)(any ? ',' : '{'));
            output.Write(child.KeyJson);
            if (WriteValue(child, row, output))
            {
                any = true;
            }
            else
            {
                output.Truncate(before);
            }
        }

        if (any)
        {
            output.WriteByte((byte)'}');
        }
        else
        {
            output.Truncate(start);
        }

        return any;
    }

    private bool WriteValue(Node node, int row, ByteWriter output)
    {
        if (node.Column is null || !node.Column.Has(row))
        {
            return node.Children is not null && WriteObject(node, row, output);
        }

        if (!node.IsFiltered)
        {
            node.Column.WriteJson(row, output);
            return true;
        }

        var json = new ByteWriter();
        node.Column.WriteJson(row, json);
        using var document = JsonDocument.Parse(json.WrittenMemory);
        return WriteFiltered(document.RootElement, node.Path, output);
    }

    /// <summary>Writes what the filter takes of a JSON value; objects that become empty are left out.</summary>
    private bool WriteFiltered(JsonElement element, string path, ByteWriter output)
    {
        var start = output.Length;
        var any = false;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    var before = output.Length;
                    output.WriteByte((byte)(any ? ',' : '{'));
                    JsonValueWriter.WriteString(output, Encoding.UTF8.GetBytes(property.Name));
                    output.WriteByte((byte)':');
                    if (WriteFiltered(property.Value, path + "." + property.Name, output))
                    {
                        any = true;
                    }
                    else
                    {
                        output.Truncate(before);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    var before = output.Length;
                    output.WriteByte((byte)(any ? ',' : '['));
                    if (WriteFiltered(item, path, output))
                    {
                        any = true;
                    }
                    else
                    {
                        output.Truncate(before);
                    }
                }

                break;
            default:
                if (_filter.Takes(path))
                {
                    output.Write(Encoding.UTF8.GetBytes(element.GetRawText()));
                    return true;
                }

                return false;
        }

        if (any)
        {
            output.WriteByte((byte)(element.ValueKind == JsonValueKind.Object ? '}' : ']'));
        }
        else
        {
            output.Truncate(start);
        }

        return any;
    }

    private sealed class Node(string key, string path)
    {
        public string Path { get; } = path;

        public byte[] KeyJson { get; } = MakeKey(key);

        public List<Node>? Children { get; private set; } = path.Length == 0 ? [] : null;

        public Column? Column { get; set; }

        public bool IsFiltered { get; set; }

        private string Key { get; } = key;

        public Node GetOrAdd(string childKey)
        {
            Children ??= [];
            foreach (var child in Children)
            {
                if (child.Key == childKey)
                {
                    return child;
                }
            }

            var name = childKey.Replace(FieldNames.KeyDot, '.');
            var added = new Node(childKey, Path.Length == 0 ? name : Path + "." + name);
            Children.Add(added);
            return added;
        }

        private static byte[] MakeKey(string key)
        {
            var output = new ByteWriter(key.Length + 4);
            JsonValueWriter.WriteString(output, Encoding.UTF8.GetBytes(key.Replace(FieldNames.KeyDot, '.')));
            output.WriteByte((byte)':');
            return output.ToArray();
        }
    }
}
