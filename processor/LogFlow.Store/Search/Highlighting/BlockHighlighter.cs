using System.Text;

namespace LogFlow.Store;

/// <summary>Marks, in the texts of one block's hits, what the query asked for.</summary>
internal sealed class BlockHighlighter
{
    private readonly List<(string Name, FieldAccess Access, ValuePredicate[] Asked, HighlightSpec Spec)> _fields = [];
    private readonly List<FieldValue> _values = [];

    public BlockHighlighter(BlockScan scan, SearchRequest request)
    {
        var asked = new List<(string Field, ValuePredicate Predicate)>();
        request.Query.AddAsked(asked);
        asked.RemoveAll(item => FieldNames.IsInternal(item.Field));
        foreach (var spec in request.Highlight)
        {
            foreach (var name in Names(scan, spec, asked))
            {
                var type = FieldTypes.Of(name);
                var own = asked.Where(item => !spec.RequiresField || item.Field == name)
                    .Select(item => item.Predicate).ToArray();
                if (own.Length > 0 && type is FieldType.Text or FieldType.Keyword or FieldType.Dynamic
                    && _fields.All(field => field.Name != name))
                {
                    _fields.Add((name, new FieldAccess(scan, name), own, spec));
                }
            }
        }
    }

    /// <summary>The fragments of each field that has any.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<string> Fragments)> Mark(int row)
    {
        List<(string, IReadOnlyList<string>)>? result = null;
        foreach (var (name, access, asked, spec) in _fields)
        {
            _values.Clear();
            access.Collect(row, _values);
            var fragments = new List<string>();
            foreach (var value in _values)
            {
                if (value.Kind == StoredKind.String)
                {
                    AddFragments(value.Text.Span, asked, spec, fragments);
                }
            }

            if (fragments.Count > 0)
            {
                (result ??= []).Add((name, fragments));
            }
        }

        return result ?? [];
    }

    private static IEnumerable<string> Names(
        BlockScan scan, HighlightSpec spec, List<(string Field, ValuePredicate Predicate)> asked)
    {
        if (!spec.Pattern.Contains('*'))
        {
            return [spec.Pattern];
        }

        var all = spec.RequiresField
            ? asked.Select(item => item.Field)
            : scan.Directory.Columns.Where(entry => !FieldNames.IsInternal(entry.Name))
                .Select(entry => entry.LogicalName);
        return all.Where(name => SimplePattern.Matches(spec.Pattern, name)).Distinct();
    }

    private static void AddFragments(
        ReadOnlySpan<byte> utf8, ValuePredicate[] asked, HighlightSpec spec, List<string> fragments)
    {
        var marks = new List<(int Start, int End)>();
        foreach (var predicate in asked)
        {
            predicate.AddMarks(utf8, marks);
        }

        if (marks.Count == 0)
        {
            return;
        }

        // Marks are places in UTF-8; fragments are cut by characters.
        var text = Encoding.UTF8.GetString(utf8);
        var joined = Join(marks);
        for (var i = 0; i < joined.Count; i++)
        {
            var start = Encoding.UTF8.GetCharCount(utf8[..joined[i].Start]);
            joined[i] = (start, start + Encoding.UTF8.GetCharCount(utf8[joined[i].Start..joined[i].End]));
        }

        fragments.AddRange(HighlightFragments.Cut(text, joined, spec, fragments.Count));
    }

    private static List<(int Start, int End)> Join(List<(int Start, int End)> marks)
    {
        marks.Sort();
        var joined = new List<(int Start, int End)>();
        foreach (var mark in marks)
        {
            if (joined.Count > 0 && mark.Start < joined[^1].End)
            {
                joined[^1] = (joined[^1].Start, Math.Max(joined[^1].End, mark.End));
            }
            else
            {
                joined.Add(mark);
            }
        }

        return joined;
    }
}
