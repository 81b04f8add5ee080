using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>All ACLs, kept in the state log <c>acls</c>. A change is in force when it is durable.</summary>
internal sealed class AclStore : IDisposable
{
    private readonly StateLog _log;

    // Changes are written and come into force one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);

    private AclSet _current;

    /// <exception cref="ProtocolViolationException">An entry is none that this queue understands.</exception>
    public AclStore(StateLog log)
    {
        _log = log;
        _current = AclSet.Of(log.GetEntries().Select(static entry => AclCodec.Decode(entry.Key, entry.Value))
            .OfType<AclBinding>());
    }

    public AclSet Current => Volatile.Read(ref _current);

    /// <summary>Adds ACLs, all or none; one that is there already changes nothing.</summary>
    public async ValueTask<ErrorCode> AddAsync(IReadOnlyList<AclBinding> acls)
    {
        await _turn.WaitAsync();
        try
        {
            return await WriteAsync(
                [.. acls.Select(static acl => StateChange.Set(AclCodec.EncodeKey(acl), AclCodec.Value))],
                Current.All.Union(acls));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Removes what a filter matches, all or none; says what each filter has matched.</summary>
    public async ValueTask<(ErrorCode Error, AclBinding[][] Matched)> RemoveAsync(IReadOnlyList<AclFilter> filters)
    {
        await _turn.WaitAsync();
        try
        {
            AclBinding[][] matched = [.. filters.Select(filter => Current.All.Where(filter.Matches).ToArray())];
            AclBinding[] removed = [.. matched.SelectMany(static acls => acls).Distinct()];
            var error = await WriteAsync(
                [.. removed.Select(static acl => StateChange.Remove(AclCodec.EncodeKey(acl)))],
                Current.All.Except(removed));
            return (error, matched);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask<ErrorCode> WriteAsync(StateChange[] changes, IEnumerable<AclBinding> after)
    {
        if (changes.Length == 0)
        {
            return ErrorCode.None;
        }

        var error = await _log.WriteAsync(changes);
        if (error == ErrorCode.None)
        {
            Volatile.Write(ref _current, AclSet.Of(after));
        }

        return error;
    }
}
