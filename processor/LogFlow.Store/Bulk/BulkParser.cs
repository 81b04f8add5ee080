using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LogFlow.Store;

/// <summary>
/// Splits a <c>_bulk</c> body into actions and documents. A malformed action line refuses the whole request, as in
/// Elasticsearch: what follows it cannot be told apart.
/// </summary>
internal sealed class BulkParser(
    ReadOnlyMemory<byte> body, string? defaultIndex, string? defaultPipeline = null, bool requiresAlias = false)
{
    private readonly Dictionary<string, BulkIndex> _indices = new(StringComparer.Ordinal);
    private readonly ReadOnlyMemory<byte> _body = body;
    private BulkItem[] _items = ArrayPool<BulkItem>.Shared.Rent(256);
    private int _count;
    private int _line;
    private BulkIndex? _lastIndex;

    // The last action line up to its queue id's offset, and what it said: the processor's next line differs in the
    // offset alone.
    private int _prefixStart;
    private int _prefixLength;
    private BulkItem _prefixItem;

    /// <summary>Why the request is refused, after <see cref="TryParse"/> returned null.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Gives items back to the pool; they refer to names, which must not be kept.</summary>
    public static void Return(BulkItem[] items)
    {
        if (items.Length > 0)
        {
            ArrayPool<BulkItem>.Shared.Return(items, clearArray: true);
        }
    }

    public BulkItems? TryParse(PositionClaim[]? claims)
    {
        var body = _body.Span;
        if (body.IsEmpty)
        {
            Problem = "request body is required";
            return null;
        }

        if (body[^1] != '\n')
        {
            Problem = "The bulk request must be terminated by a newline [\\n]";
            return null;
        }

        var at = 0;
        while (at < body.Length)
        {
            var line = NextLine(body, ref at, out var start);
            if (line.IsEmpty)
            {
                continue;
            }

            if (_count == _items.Length)
            {
                var larger = ArrayPool<BulkItem>.Shared.Rent(_count * 2);
                _items.AsSpan(0, _count).CopyTo(larger);
                Return(_items);
                _items = larger;
            }

            ref var item = ref _items[_count++];
            item = default;
            try
            {
                if (!TryRepeatAction(body, line, start, ref item))
                {
                    if (!ReadAction(line, start, ref item))
                    {
                        return null;
                    }

                    RememberAction(line, start, in item);
                }
            }
            catch (JsonException)
            {
                Refuse($"Malformed action/metadata line [{_line}], expected a JSON object");
                return null;
            }

            if (item.Operation != BulkOperation.Delete && !ReadDocument(body, ref at, ref item))
            {
                return null;
            }
        }

        return new BulkItems(_body, _items, _count) { Claims = claims };
    }

    private static ReadOnlySpan<byte> ActionEnd => "\"}}"u8;

    /// <summary>Remembers a line that ends in a queue id without a part.</summary>
    private void RememberAction(ReadOnlySpan<byte> line, int start, in BulkItem item)
    {
        _prefixLength = 0;
        if (!item.HasQueueId || item.QueueId.Part != 0 || item.RefusedStatus != 0 || !line.EndsWith(ActionEnd)
            || item.IdStart + item.IdLength != start + line.Length - ActionEnd.Length)
        {
            return;
        }

        var id = line.Slice(item.IdStart - start, item.IdLength);
        _prefixStart = start;
        _prefixLength = item.IdStart - start + id.LastIndexOf((byte)'-') + 1;
        _prefixItem = item;
    }

    /// <summary>Reads a line that differs from the remembered one in the offset only.</summary>
    private bool TryRepeatAction(ReadOnlySpan<byte> body, ReadOnlySpan<byte> line, int start, ref BulkItem item)
    {
        const int OffsetDigitsMax = 18;
        var digitCount = line.Length - _prefixLength - ActionEnd.Length;
        if (_prefixLength == 0 || digitCount is < 1 or > OffsetDigitsMax || !line.EndsWith(ActionEnd)
            || !line.StartsWith(body.Slice(_prefixStart, _prefixLength)))
        {
            return false;
        }

        var digits = line.Slice(_prefixLength, digitCount);
        long offset = 0;
        foreach (var digit in digits)
        {
            if ((uint)(digit - '0') > 9)
            {
                return false;
            }

            offset = (offset * 10) + (digit - '0');
        }

        if (digits[0] == '0' && digitCount > 1)
        {
            return false;
        }

        item = _prefixItem;
        item.QueueId = _prefixItem.QueueId with { Offset = offset };
        var idPrefixLength = _prefixStart + _prefixLength - _prefixItem.IdStart;
        (item.IdStart, item.IdLength) = (start + _prefixLength - idPrefixLength, idPrefixLength + digitCount);
        return true;
    }

    private bool ReadDocument(ReadOnlySpan<byte> body, ref int at, ref BulkItem item)
    {
        if (at >= body.Length)
        {
            return Refuse($"Malformed action/metadata line [{_line}]: the last action has no document");
        }

        var document = NextLine(body, ref at, out var start);
        (item.DocumentStart, item.DocumentLength) = (start, document.Length);
        return true;
    }

    private ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> body, ref int at, out int start)
    {
        _line++;
        start = at;
        var length = body[at..].IndexOf((byte)'\n');
        at += length + 1;
        var line = body.Slice(start, length);
        return line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;
    }

    private bool ReadAction(ReadOnlySpan<byte> line, int start, ref BulkItem item)
    {
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject
            || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
        {
            return Refuse($"Malformed action/metadata line [{_line}], expected START_OBJECT");
        }

        if (reader.ValueTextEquals("create"u8))
        {
            item.Operation = BulkOperation.Create;
        }
        else if (reader.ValueTextEquals("index"u8))
        {
            item.Operation = BulkOperation.Index;
        }
        else if (reader.ValueTextEquals("delete"u8))
        {
            item.Operation = BulkOperation.Delete;
        }
        else if (reader.ValueTextEquals("update"u8))
        {
            item.Operation = BulkOperation.Update;
        }
        else
        {
            return Refuse($"Malformed action/metadata line [{_line}], expected field [create], [delete], [index] or "
                + $"[update] but found [{reader.GetString()}]");
        }

        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse($"Malformed action/metadata line [{_line}], expected START_OBJECT");
        }

        if (!ReadMetadata(ref reader, start, ref item))
        {
            return false;
        }

        BulkMetadata.ApplyRequest(defaultPipeline, requiresAlias, ref item);
        item.Index ??= defaultIndex is null ? null : GetIndex(Encoding.UTF8.GetBytes(defaultIndex));
        return item.Index is not null || Refuse($"Validation Failed: 1: index is missing in line [{_line}];");
    }

    /// <summary>Reads what stands beside the action's name.</summary>
    private bool ReadMetadata(ref Utf8JsonReader reader, int lineStart, ref BulkItem item)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("_index"u8))
            {
                reader.Read();
                item.Index = reader.TokenType == JsonTokenType.Null ? null : GetIndex(reader.ValueIsEscaped
                    ? Encoding.UTF8.GetBytes(reader.GetString()!)
                    : reader.ValueSpan);
            }
            else if (reader.ValueTextEquals("_id"u8))
            {
                reader.Read();
                ReadId(ref reader, lineStart, ref item);
            }
            else
            {
                var name = reader.GetString()!;
                reader.Read();
                if (!BulkMetadata.TryRead(name, ref reader, ref item))
                {
                    return Refuse($"Action/metadata line [{_line}] contains an unknown parameter [{name}]");
                }
            }
        }

        return true;
    }

    private void ReadId(ref Utf8JsonReader reader, int lineStart, ref BulkItem item)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped)
        {
            item.UnescapedId = Encoding.UTF8.GetBytes(reader.GetString()!);
            return;
        }

        var id = reader.ValueSpan;
        var quote = reader.TokenType == JsonTokenType.String ? 1 : 0;
        (item.IdStart, item.IdLength) = (lineStart + (int)reader.TokenStartIndex + quote, id.Length);
        item.HasQueueId = DocumentId.TryParse(id, out item.QueueId);
    }

    private BulkIndex GetIndex(ReadOnlySpan<byte> name)
    {
        if (_lastIndex is not null && name.SequenceEqual(_lastIndex.Utf8))
        {
            return _lastIndex;
        }

        var text = Encoding.UTF8.GetString(name);
        if (!_indices.TryGetValue(text, out var index))
        {
            index = new BulkIndex(text, name.ToArray(), IndexNames.Validate(text));
            _indices.Add(text, index);
        }

        _lastIndex = index;
        return index;
    }

    private bool Refuse(string problem)
    {
        Problem = problem;
        return false;
    }
}
