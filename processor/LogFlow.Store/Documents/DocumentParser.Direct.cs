using System.Buffers;
using System.Text.Json;

namespace LogFlow.Store;

/// <content>
/// The direct way: scans the JSON itself and takes known keys by comparing them, quotes and colon included, with the
/// key that came here last time. It knows less than <see cref="Utf8JsonReader"/> (no \u, no escaped keys) and explains
/// nothing: whatever it does not take goes the other way, whose verdict counts. What it takes, both read alike.
/// </content>
internal sealed partial class DocumentParser
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (byte)value), (byte)'"', (byte)'\\']);

    /// <summary>Fills the tape; false: unknown, ask <see cref="Flatten"/>.</summary>
    /// <param name="document">Valid UTF-8.</param>
    /// <param name="tape">Where the leaves go.</param>
    internal bool TryFlattenDirectly(ReadOnlySpan<byte> document, DocumentTape tape)
    {
        Begin(tape, DepthMax);
        try
        {
            var at = 0;
            SkipBlanks(document, ref at);
            if (at == document.Length || document[at] != '{'
                || !ReadObject(document, ref at, _catalog.Root, 0, out _))
            {
                return false;
            }

            SkipBlanks(document, ref at);
            return at == document.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool ReadObject(ReadOnlySpan<byte> document, ref int at, FieldNode node, int depth, out int count)
    {
        count = 0;
        FieldNode? last = null;
        var hint = node.FirstHint;
        at++;
        SkipBlanks(document, ref at);
        if (at < document.Length && document[at] == '}')
        {
            at++;
            return true;
        }

        while (ReadKey(document, ref at, node, hint) is { } child && child.Stamp != _stamp)
        {
            count++;
            Follow(node, last, child);
            last = child;
            hint = child.NextHint;
            SkipBlanks(document, ref at);
            if (!ReadValue(document, ref at, child, depth))
            {
                return false;
            }

            SkipBlanks(document, ref at);
            if (at == document.Length)
            {
                return false;
            }

            switch (document[at++])
            {
                case (byte)',':
                    SkipBlanks(document, ref at);
                    break;
                case (byte)'}':
                    return true;
                default:
                    return false;
            }
        }

        return false;
    }

    private FieldNode? ReadKey(ReadOnlySpan<byte> document, ref int at, FieldNode node, FieldNode? hint)
    {
        var rest = document[at..];
        if (hint?.Opening is { } opening && rest.StartsWith(opening))
        {
            at += opening.Length;
            return hint;
        }

        if (rest.IsEmpty || rest[0] != '"')
        {
            return null;
        }

        var length = rest[1..].IndexOfAny(StringStops);
        if (length < 0 || rest[length + 1] != '"')
        {
            return null;
        }

        at += length + 2;
        SkipBlanks(document, ref at);
        if (at == document.Length || document[at++] != ':')
        {
            return null;
        }

        return FindOrAdd(node, rest.Slice(1, length));
    }

    private bool ReadValue(ReadOnlySpan<byte> document, ref int at, FieldNode node, int depth)
    {
        if (_tape.Count > LeafCountMax || at == document.Length)
        {
            return false;
        }

        var start = at;
        switch (document[at])
        {
            case (byte)'"':
                return ReadString(document, ref at, node);
            case (byte)'{' when depth < _depthMax:
                if (!ReadObject(document, ref at, node, depth + 1, out var count))
                {
                    return false;
                }

                if (count == 0)
                {
                    AddJson(node, start, at);
                }

                return true;
            case (byte)'{' or (byte)'[':
                // The objects around it count towards the reader's depth.
                var reader = new Utf8JsonReader(
                    document[at..], new JsonReaderOptions { MaxDepth = Options.MaxDepth - depth - 1 });
                reader.Read();
                reader.Skip();
                at += (int)reader.BytesConsumed;
                AddJson(node, start, at);
                return !node.IsTimestamp;
            case (byte)'t':
                return TakeLiteral(document, ref at, "true"u8) && AddBool(node, start, at, 1);
            case (byte)'f':
                return TakeLiteral(document, ref at, "false"u8) && AddBool(node, start, at, 0);
            case (byte)'n' when TakeLiteral(document, ref at, "null"u8):
                AddJson(node, start, at);
                return true;
            default:
                return ReadNumber(document, ref at, node);
        }
    }

    private bool ReadString(ReadOnlySpan<byte> document, ref int at, FieldNode node)
    {
        var start = at++;
        var text = document[at..];
        var length = text.IndexOfAny(StringStops);
        if (length < 0)
        {
            return false;
        }

        if (text[length] == '"')
        {
            at += length + 1;
            ref var plain = ref _tape.Add(node, StoredKind.String);
            (plain.RawStart, plain.RawLength) = (start, length + 2);
            (plain.Start, plain.Length) = (start + 1, length);
            return !node.IsDate || TakeDate(text[..length], node, ref plain);
        }

        var scratchStart = _tape.Scratch.Length;
        if (!Unescape(document, ref at))
        {
            return false;
        }

        ref var entry = ref _tape.Add(node, StoredKind.String);
        (entry.RawStart, entry.RawLength) = (start, at - start);
        entry.IsInScratch = true;
        (entry.Start, entry.Length) = (scratchStart, _tape.Scratch.Length - scratchStart);
        return !node.IsDate || TakeDate(default, node, ref entry);
    }

    /// <summary>Appends a string's text to the scratch buffer; ends behind its quote.</summary>
    private bool Unescape(ReadOnlySpan<byte> document, ref int at)
    {
        var scratch = _tape.Scratch;
        while (true)
        {
            var rest = document[at..];
            var length = rest.IndexOfAny(StringStops);
            if (length < 0)
            {
                return false;
            }

            scratch.Write(rest[..length]);
            at += length + 1;
            if (rest[length] == '"')
            {
                return true;
            }

            if (rest[length] != '\\' || at == document.Length)
            {
                return false;
            }

            var escape = document[at++];
            var value = escape switch
            {
                (byte)'"' or (byte)'\\' or (byte)'/' => escape,
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                _ => (byte)0,
            };
            if (value == 0)
            {
                return false;
            }

            scratch.WriteByte(value);
        }
    }

    private bool ReadNumber(ReadOnlySpan<byte> document, ref int at, FieldNode node)
    {
        var start = at;
        if (document[at] == '-')
        {
            at++;
        }

        var firstDigit = at;
        if (!SkipDigits(document, ref at) || (document[firstDigit] == '0' && at > firstDigit + 1))
        {
            return false;
        }

        if (at < document.Length && document[at] == '.')
        {
            at++;
            if (!SkipDigits(document, ref at))
            {
                return false;
            }
        }

        if (at < document.Length && document[at] is (byte)'e' or (byte)'E')
        {
            at++;
            if (at < document.Length && document[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            if (!SkipDigits(document, ref at))
            {
                return false;
            }
        }

        var text = document[start..at];
        AddNumber(text, node, start);
        return !node.IsTimestamp || TakeTimestamp(text);
    }

    private bool AddBool(FieldNode node, int start, int end, long bits)
    {
        ref var entry = ref _tape.Add(node, StoredKind.Bool);
        entry.Bits = bits;
        (entry.RawStart, entry.RawLength) = (start, end - start);
        return !node.IsTimestamp;
    }

    private static bool TakeLiteral(ReadOnlySpan<byte> document, ref int at, ReadOnlySpan<byte> literal)
    {
        if (!document[at..].StartsWith(literal))
        {
            return false;
        }

        at += literal.Length;
        return true;
    }

    private static bool SkipDigits(ReadOnlySpan<byte> document, ref int at)
    {
        var start = at;
        while (at < document.Length && (uint)(document[at] - '0') <= 9)
        {
            at++;
        }

        return at > start;
    }

    private static void SkipBlanks(ReadOnlySpan<byte> document, ref int at)
    {
        while (at < document.Length && document[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at++;
        }
    }
}
