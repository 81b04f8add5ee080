using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace LogFlow.Store;

/// <summary>
/// Parses a JSON document onto a <see cref="DocumentTape"/>: a flat list of leaves. Nothing reaches a column before
/// the whole document is known to be good, so a bad document leaves no trace.
/// </summary>
internal sealed partial class DocumentParser(FieldCatalog catalog)
{
    /// <summary>Matches Elasticsearch <c>index.mapping.depth.limit</c>; deeper objects are kept as JSON.</summary>
    private const int DepthMax = 20;

    /// <summary>
    /// Matches Elasticsearch <c>index.mapping.total_fields.limit</c>. A document with more leaves keeps its top-level
    /// objects as JSON columns (searchable, slower); one with more top-level keys is refused.
    /// </summary>
    private const int LeafCountMax = 1000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 512 };

    private readonly FieldCatalog _catalog = catalog;
    private DocumentTape _tape = null!;
    private long _stamp;
    private int _depthMax;
    private string? _problem;

    /// <summary>Why the last document was refused: Elasticsearch's error type and a reason.</summary>
    public DocumentProblem Problem { get; private set; }

    public bool TryParse(ReadOnlySpan<byte> document, DocumentTape tape)
    {
        try
        {
            if (!Utf8.IsValid(document))
            {
                return Refuse("failed to parse: invalid UTF-8 in the document");
            }

            if (!TryFlattenDirectly(document, tape) && !Flatten(document, tape, DepthMax)
                && (_problem is not null || !Flatten(document, tape, 0)))
            {
                return Refuse(_problem ?? $"Limit of total fields [{LeafCountMax}] has been exceeded");
            }
        }
        catch (JsonException error)
        {
            return Refuse($"[{error.LineNumber + 1}:{error.BytePositionInLine + 1}] failed to parse: not valid JSON");
        }
        catch (InvalidOperationException)
        {
            return Refuse("failed to parse: a string holds half of a surrogate pair");
        }

        return tape.HasTimestamp
            || Refuse("data stream timestamp field [@timestamp] is missing", "document_parsing_exception");
    }

    private void Begin(DocumentTape tape, int depthMax)
    {
        _tape = tape;
        _tape.Reset();
        _stamp++;
        _depthMax = depthMax;
        _problem = null;
    }

    /// <summary>
    /// Fills the tape; false with a problem, or without one where the document has too many leaves for this depth.
    /// </summary>
    internal bool Flatten(ReadOnlySpan<byte> document, DocumentTape tape, int depthMax = DepthMax)
    {
        Begin(tape, depthMax);
        var reader = new Utf8JsonReader(document, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _problem = "failed to parse: a document must be a JSON object";
            return false;
        }

        if (!ReadObject(ref reader, document, _catalog.Root, 0, out _))
        {
            return false;
        }

        if (reader.Read())
        {
            _problem = "failed to parse: text after the document";
            return false;
        }

        return true;
    }

    private bool ReadObject(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> document, FieldNode node, int depth, out int count)
    {
        count = 0;
        FieldNode? last = null;
        var hint = node.FirstHint;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            count++;
            var child = FindChild(ref reader, node, hint);
            if (child is null)
            {
                return false;
            }

            if (child.Stamp == _stamp)
            {
                _problem = $"failed to parse: Duplicate field '{child.LogicalName}'";
                return false;
            }

            Follow(node, last, child);
            last = child;
            hint = child.NextHint;
            reader.Read();
            if (!ReadValue(ref reader, document, child, depth))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Marks the key as taken and remembers what came before it.</summary>
    private void Follow(FieldNode node, FieldNode? last, FieldNode child)
    {
        child.Stamp = _stamp;
        if (last is null)
        {
            node.FirstHint = child;
        }
        else
        {
            last.NextHint = child;
        }
    }

    private FieldNode? FindChild(ref Utf8JsonReader reader, FieldNode node, FieldNode? hint)
    {
        if (!reader.ValueIsEscaped)
        {
            var key = reader.ValueSpan;
            return hint is not null && hint.IsKey(key) ? hint : FindOrAdd(node, key);
        }

        var length = reader.ValueSpan.Length;
        var unescaped = length <= 256 ? stackalloc byte[256] : new byte[length];
        return FindOrAdd(node, unescaped[..reader.CopyString(unescaped)]);
    }

    private FieldNode? FindOrAdd(FieldNode node, ReadOnlySpan<byte> key)
    {
        var child = node.Find(key);
        if (child is not null)
        {
            return child;
        }

        _problem = FieldNames.Refuse(key, node == _catalog.Root);
        return _problem is null ? _catalog.Add(node, key) : null;
    }

    private bool ReadValue(ref Utf8JsonReader reader, ReadOnlySpan<byte> document, FieldNode node, int depth)
    {
        if (_tape.Count > LeafCountMax)
        {
            return false;
        }

        var start = (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when depth < _depthMax:
                if (!ReadObject(ref reader, document, node, depth + 1, out var count))
                {
                    return false;
                }

                if (count == 0)
                {
                    AddJson(node, start, (int)reader.BytesConsumed);
                }

                return true;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                reader.Skip();
                AddJson(node, start, (int)reader.BytesConsumed);
                return !node.IsTimestamp || RefuseTimestamp("an array or object");
            case JsonTokenType.String:
                return AddString(ref reader, node, start);
            case JsonTokenType.Number:
                AddNumber(reader.ValueSpan, node, start);
                return !node.IsTimestamp || TakeTimestamp(reader.ValueSpan);
            case JsonTokenType.True or JsonTokenType.False:
                ref var entry = ref _tape.Add(node, StoredKind.Bool);
                entry.Bits = reader.TokenType == JsonTokenType.True ? 1 : 0;
                (entry.RawStart, entry.RawLength) = (start, reader.ValueSpan.Length);
                return !node.IsTimestamp || RefuseTimestamp("a boolean");
            default:
                AddJson(node, start, (int)reader.BytesConsumed);
                return true;
        }
    }

    private void AddJson(FieldNode node, int start, int end)
    {
        ref var entry = ref _tape.Add(node, StoredKind.Json);
        (entry.RawStart, entry.RawLength) = (start, end - start);
    }

    private bool AddString(ref Utf8JsonReader reader, FieldNode node, int start)
    {
        ref var entry = ref _tape.Add(node, StoredKind.String);
        var raw = reader.ValueSpan;
        (entry.RawStart, entry.RawLength) = (start, raw.Length + 2);
        if (reader.ValueIsEscaped)
        {
            var scratch = _tape.Scratch;
            entry.IsInScratch = true;
            entry.Start = scratch.Length;
            entry.Length = reader.CopyString(scratch.GetSpan(raw.Length));
            scratch.Advance(entry.Length);
        }
        else
        {
            (entry.Start, entry.Length) = (start + 1, raw.Length);
        }

        return !node.IsDate || TakeDate(raw, node, ref entry);
    }

    /// <param name="raw">The text, where it is not in the scratch buffer.</param>
    /// <param name="node">A field of dates.</param>
    /// <param name="entry">The string's entry; becomes a time where it is a canonical one.</param>
    private bool TakeDate(ReadOnlySpan<byte> raw, FieldNode node, ref TapeEntry entry)
    {
        if (!entry.IsInScratch && TimeText.TryParseCanonical(raw, out var units, out var digits))
        {
            entry.Kind = StoredKind.Time;
            entry.Bits = units;
            entry.Digits = (byte)digits;
            if (node.IsTimestamp)
            {
                _tape.TimestampMs = TimeText.ToMs(units, digits);
                _tape.HasTimestamp = true;
            }

            return true;
        }

        return !node.IsTimestamp
            || TakeTimestamp(entry.IsInScratch ? _tape.Scratch.Written.Slice(entry.Start, entry.Length) : raw);
    }

    private void AddNumber(ReadOnlySpan<byte> text, FieldNode node, int start)
    {
        ref var entry = ref _tape.Add(node, StoredKind.Json);
        (entry.RawStart, entry.RawLength) = (start, text.Length);
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            // What does not fit 64 bits, and minus zero, stay JSON text.
            if (Utf8Parser.TryParse(text, out long integer, out var used) && used == text.Length
                && !(integer == 0 && text[0] == '-'))
            {
                entry.Kind = StoredKind.Int64;
                entry.Bits = integer;
            }
        }
        else if (Utf8Parser.TryParse(text, out double number, out var read) && read == text.Length
            && double.IsFinite(number))
        {
            entry.Kind = StoredKind.Double;
            entry.Bits = BitConverter.DoubleToInt64Bits(number);
        }
    }

    private bool TakeTimestamp(ReadOnlySpan<byte> text)
    {
        if (!TimeText.TryParse(text, out var ms) || Math.Abs(ms) > 250_000_000_000_000)
        {
            return RefuseTimestamp($"'{System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 64)])}'");
        }

        _tape.TimestampMs = ms;
        _tape.HasTimestamp = true;
        return true;
    }

    private bool RefuseTimestamp(string what)
    {
        _problem = $"failed to parse field [@timestamp] of type [date]: {what} is not a date of the form "
            + "[strict_date_optional_time||epoch_millis]";
        return false;
    }

    private bool Refuse(string reason, string type = "document_parsing_exception")
    {
        Problem = new DocumentProblem(type, reason);
        return false;
    }
}
