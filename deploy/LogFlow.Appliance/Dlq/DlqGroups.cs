using LogFlow.Processor;

namespace LogFlow.Appliance;

/// <summary>Dead letters gathered by who refused them and why.</summary>
internal sealed class DlqGroups
{
    private readonly Dictionary<Key, Group> _groups = [];

    /// <summary>The groups, the largest first.</summary>
    public IEnumerable<(Key Key, Group Group)> BySize => _groups
        .Select(static entry => (entry.Key, entry.Value))
        .OrderByDescending(static entry => entry.Value.Count);

    /// <summary>Counts a letter.</summary>
    public void Add(StoredDeadLetter letter)
    {
        var key = new Key(letter.Topic, letter.Stage, letter.Plugin, letter.Reason);
        _groups[key] = _groups.TryGetValue(key, out var group)
            ? group with { Count = group.Count + 1, Last = letter.Time }
            : new Group(1, letter.Time, letter.Time);
    }

    internal readonly record struct Key(string Topic, string Stage, string Plugin, string Reason);

    internal readonly record struct Group(long Count, string First, string Last);
}
