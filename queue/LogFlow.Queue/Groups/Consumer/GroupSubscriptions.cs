using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Which topics the members of one group subscribe to, by name and by pattern, among those that exist. Belongs to its
/// group and is used under the group's lock.
/// </summary>
internal sealed class GroupSubscriptions(IGroupTopics topics)
{
    private readonly Dictionary<string, TopicPattern> _patterns = [];
    private readonly Dictionary<string, IReadOnlyList<GroupTopic>> _resolved = [];
    private long _resolvedVersion = -1;

    /// <summary>The topics may have changed since the last look.</summary>
    public bool IsStale => topics.Version != _resolvedVersion;

    /// <summary>Whether a member may subscribe with this pattern; null: yes, else why not.</summary>
    public string? FindProblem(string pattern)
    {
        if (_patterns.ContainsKey(pattern))
        {
            return null;
        }

        if (TopicPattern.TryCreate(pattern, out var problem) is not { } created)
        {
            return problem;
        }

        _patterns.Add(pattern, created);
        return null;
    }

    /// <summary>The topics of a member, sorted by name. Equal subscriptions give the same list object.</summary>
    public IReadOnlyList<GroupTopic> TopicsOf(ConsumerMember member)
    {
        if (IsStale)
        {
            _resolvedVersion = topics.Version;
            _resolved.Clear();
        }

        var key = string.Join('\n', member.SubscribedTopics) + "\n\n" + member.SubscribedRegex;
        if (!_resolved.TryGetValue(key, out var found))
        {
            _resolved[key] = found = Resolve(member);
        }

        return found;
    }

    /// <summary>Forgets the patterns that no member uses any more.</summary>
    public void Trim(IEnumerable<ConsumerMember> members)
    {
        var used = members.Select(member => member.SubscribedRegex ?? "").ToHashSet();
        foreach (var pattern in _patterns.Keys.Where(pattern => !used.Contains(pattern)).ToArray())
        {
            _patterns.Remove(pattern);
        }

        _resolved.Clear();
    }

    public bool Matches(ConsumerMember member, string topic) =>
        member.SubscribedTopics.Contains(topic)
        || (!string.IsNullOrEmpty(member.SubscribedRegex) && PatternOf(member.SubscribedRegex).IsMatch(topic));

    /// <summary>
    /// A digest of all subscribed topics: another one means that somebody's partitions have changed. It is kept on
    /// disk, so that a restart is no reason to assign anew.
    /// </summary>
    public long Hash(IEnumerable<ConsumerMember> members)
    {
        var all = new SortedDictionary<string, GroupTopic>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            foreach (var topic in TopicsOf(member))
            {
                all[topic.Name] = topic;
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> fixedPart = stackalloc byte[20];
        foreach (var topic in all.Values)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(topic.Name));
            topic.Id.TryWriteBytes(fixedPart, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32BigEndian(fixedPart[16..], topic.PartitionCount);
            hash.AppendData(fixedPart);
        }

        return all.Count == 0 ? 0 : BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset());
    }

    private List<GroupTopic> Resolve(ConsumerMember member)
    {
        var found = new SortedDictionary<string, GroupTopic>(StringComparer.Ordinal);
        foreach (var name in member.SubscribedTopics)
        {
            if (topics.Find(name) is { } topic)
            {
                found[name] = topic;
            }
        }

        if (!string.IsNullOrEmpty(member.SubscribedRegex))
        {
            var pattern = PatternOf(member.SubscribedRegex);
            foreach (var topic in topics.All)
            {
                if (pattern.IsMatch(topic.Name))
                {
                    found[topic.Name] = topic;
                }
            }
        }

        return [.. found.Values];
    }

    private TopicPattern PatternOf(string pattern)
    {
        // It was looked at when the member subscribed with it, perhaps by the queue before a restart.
        return FindProblem(pattern) is { } problem
            ? throw new ProtocolViolationException($"the stored topic pattern '{pattern}' is invalid: {problem}")
            : _patterns[pattern];
    }
}
