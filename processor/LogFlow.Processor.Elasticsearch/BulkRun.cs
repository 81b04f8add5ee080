using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace LogFlow.Processor.Elasticsearch;

/// <summary>
/// One call's documents on their way: which are still to be sent, in which order, and what became of the others. Groups
/// are stacked so that the order of the documents is kept through cuts and splits.
/// </summary>
internal sealed class BulkRun
{
    private readonly BulkItemRef[] _items;
    private readonly BulkAction _action;
    private readonly bool _keepsOrder;
    private readonly Stack<int[]> _groups = new();

    public BulkRun(BulkItemRef[] items, BulkAction action, bool keepsOrder)
    {
        _items = items;
        _action = action;
        _keepsOrder = keepsOrder;
        Results = new BulkItemResult[items.Length];
        Attempts = new int[items.Length];
        var all = new int[items.Length];
        for (var index = 0; index < all.Length; index++)
        {
            all[index] = index;
        }

        Push(all);
    }

    public BulkItemResult[] Results { get; }

    /// <summary>How often each was sent.</summary>
    public int[] Attempts { get; }

    /// <summary>How long the last answer asked to wait.</summary>
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>The group is sent next.</summary>
    public void Push(int[] group)
    {
        if (group.Length > 0)
        {
            _groups.Push(group);
        }
    }

    /// <summary>Takes what is to be sent next, up to a size (but at least one item).</summary>
    public bool TryTakeGroup(long bytesMax, [NotNullWhen(true)] out int[]? group)
    {
        if (!_groups.TryPop(out group))
        {
            return false;
        }

        var count = CountFitting(group, bytesMax);
        if (count < group.Length)
        {
            Push(group[count..]);
            group = group[..count];
        }

        return true;
    }

    public BulkItemRef[] Select(int[] group)
    {
        var selected = new BulkItemRef[group.Length];
        for (var index = 0; index < group.Length; index++)
        {
            selected[index] = _items[group[index]];
            Attempts[group[index]]++;
        }

        return selected;
    }

    public string IndexOf(int item) => Encoding.UTF8.GetString(_items[item].Request.GetIndex(_items[item].Index));

    /// <summary>
    /// Gives each item its result. Where order counts, an item behind one of the same id that has to be sent again is
    /// sent again with it, whatever its own answer was: else the earlier version would win.
    /// </summary>
    /// <returns>The items to be sent again, in their order, and one of their answers.</returns>
    public (List<int> Again, BulkItemResult Example) Settle(int[] group, BulkItemResult[] answers)
    {
        List<int> again = [];
        var example = default(BulkItemResult);
        Dictionary<string, BulkItemResult>? held = null;
        for (var index = 0; index < group.Length; index++)
        {
            var item = group[index];
            var answer = answers[index];
            answer = answer with { Outcome = BulkResultPolicy.ForItem(answer.Status, answer.ErrorType, _action) };
            if (held is not null && held.TryGetValue(KeyOf(item), out var earlier))
            {
                answer = earlier;
            }
            else if (_keepsOrder && answer.Outcome is BulkOutcome.Retry or BulkOutcome.Refused)
            {
                (held ??= new Dictionary<string, BulkItemResult>(StringComparer.Ordinal))[KeyOf(item)] = answer;
            }

            Results[item] = answer;
            if (answer.Outcome == BulkOutcome.Retry)
            {
                example = answer;
                again.Add(item);
            }
        }

        return (again, example);
    }

    private string KeyOf(int item) =>
        $"{IndexOf(item)}\n{Encoding.UTF8.GetString(_items[item].Request.GetId(_items[item].Index))}";

    private int CountFitting(int[] group, long bytesMax)
    {
        // Of several creates of one id the first must win: the next one is not sent before it has its answer.
        var ids = _keepsOrder && _action == BulkAction.Create ? new HashSet<int>() : null;
        long size = 0;
        for (var index = 0; index < group.Length; index++)
        {
            ref readonly var item = ref _items[group[index]];
            size += item.Bytes.Length;
            if (index > 0 && (size > bytesMax || ids?.Contains(HashOf(item)) == true))
            {
                return index;
            }

            ids?.Add(HashOf(item));
        }

        return group.Length;
    }

    /// <summary>Two ids of one hash are taken for one: then a group is shorter than it could be.</summary>
    private static int HashOf(in BulkItemRef item)
    {
        var hash = new HashCode();
        hash.AddBytes(item.Request.GetId(item.Index));
        return hash.ToHashCode();
    }
}
