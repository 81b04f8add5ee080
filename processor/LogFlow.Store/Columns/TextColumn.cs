using System.Text;

namespace LogFlow.Store;

/// <summary>Plain texts, one behind the other; rows without a value are empty in it.</summary>
internal sealed class TextColumn(
    ColumnEntry entry, int rowCount, RowSet? present, ReadOnlyMemory<byte> texts, int[] ends)
    : Column(entry, rowCount, present)
{
    /// <summary>The texts of all rows, one behind the other.</summary>
    public ReadOnlyMemory<byte> Texts => texts;

    /// <summary>Where each row's text ends in <see cref="Texts"/>.</summary>
    public ReadOnlySpan<int> Ends => ends;

    public ReadOnlyMemory<byte> Text(int row)
    {
        var start = row == 0 ? 0 : ends[row - 1];
        return texts[start..ends[row]];
    }

    public override bool TryGet(int row, out FieldValue value)
    {
        var has = Has(row);
        value = has ? FieldValue.OfText(Text(row)) : default;
        return has;
    }

    public override void Collect(int row, ReadOnlySpan<byte> path, List<FieldValue> values)
    {
        if (!Has(row))
        {
            return;
        }

        if (IsJson)
        {
            JsonLeaves.Collect(Text(row), path, values);
        }
        else if (path.IsEmpty)
        {
            values.Add(FieldValue.OfText(Text(row)));
        }
    }

    public override void WriteJson(int row, ByteWriter output)
    {
        if (IsJson)
        {
            output.Write(Text(row).Span);
        }
        else
        {
            JsonValueWriter.WriteString(output, Text(row).Span);
        }
    }

    public override void Match(FieldPredicate predicate, ReadOnlySpan<byte> path, RowSet hits)
    {
        if (IsJson || !predicate.TakesPlainTexts)
        {
            MatchEach(predicate, path, hits);
            return;
        }

        if (!path.IsEmpty)
        {
            return;
        }

        var all = texts.Span;
        var needle = predicate.Predicate.Needle;
        if (!needle.IsEmpty && (!predicate.Predicate.NeedleIgnoresCase || Ascii.IsValid(all)))
        {
            MatchCandidates(predicate, hits);
            return;
        }

        for (var row = 0; row < RowCount; row++)
        {
            if (Has(row) && predicate.MatchPlainText(Text(row).Span))
            {
                hits.Add(row);
            }
        }
    }

    /// <summary>
    /// Searches the whole page for the bytes that every match contains (some GB/s) and judges only the rows where they
    /// are. An occurrence across two rows makes a candidate that the predicate then refuses.
    /// </summary>
    private void MatchCandidates(FieldPredicate predicate, RowSet hits)
    {
        var needle = predicate.Predicate.Needle;
        var haystack = texts.Span;
        byte[]? lowered = null;
        if (predicate.Predicate.NeedleIgnoresCase)
        {
            lowered = System.Buffers.ArrayPool<byte>.Shared.Rent(haystack.Length);
            Ascii.ToLower(haystack, lowered, out var length);
            haystack = lowered.AsSpan(0, length);
        }

        var row = 0;
        var at = 0;
        while (true)
        {
            var found = haystack[at..].IndexOf(needle);
            if (found < 0)
            {
                break;
            }

            at += found;
            row += NeedlePlaces.IndexOfText(ends.AsSpan(row), at);
            var verdict = Judge(predicate, row, at, needle.Length);
            if (verdict == NeedleVerdict.NoMatch)
            {
                at++;
                continue;
            }

            if (verdict == NeedleVerdict.Match)
            {
                hits.Add(row);
            }

            at = ends[row];
            row++;
            if (row >= RowCount)
            {
                break;
            }
        }

        if (lowered is not null)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(lowered);
        }
    }

    /// <summary>
    /// Whether the row matches, by the needle at <paramref name="at"/> if it can be, else by the row's text. Unknown:
    /// it does not, whatever follows in it.
    /// </summary>
    private NeedleVerdict Judge(FieldPredicate predicate, int row, int at, int needleLength)
    {
        if (!Has(row))
        {
            return NeedleVerdict.Unknown;
        }

        var start = row == 0 ? 0 : ends[row - 1];
        var text = texts.Span[start..ends[row]];
        if (predicate.Type == FieldType.Text && at + needleLength <= ends[row])
        {
            var verdict = predicate.Predicate.JudgeNeedle(text, at - start);
            if (verdict != NeedleVerdict.Unknown)
            {
                return verdict;
            }
        }

        return predicate.MatchPlainText(text) ? NeedleVerdict.Match : NeedleVerdict.Unknown;
    }
}
