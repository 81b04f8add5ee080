namespace LogFlow.Store;

/// <summary>
/// Users and API keys of one store. Changes come into force when they are durable, one after the other; who asks takes
/// one state and no lock. Thread-safe.
/// </summary>
internal sealed class StoreUsers
{
    /// <summary>More of either are a mistake; each change writes them all.</summary>
    public const int CountMax = 10_000;

    /// <summary>
    /// How long a key that is no longer in force can still be read. Matches Elasticsearch's
    /// <c>xpack.security.authc.api_key.delete.retention_period</c>.
    /// </summary>
    private static readonly TimeSpan KeyRetention = TimeSpan.FromDays(7);

    private readonly Lock _lock = new(); // Guards changes, with their write to the disk.
    private readonly string _directory;
    private readonly TimeProvider _time;
    private volatile SecurityState _state;

    /// <exception cref="Hosting.StartupException">The folder's file is damaged, or cannot be read.</exception>
    public StoreUsers(string directory, TimeProvider time)
    {
        _directory = directory;
        _time = time;
        _state = SecurityFile.Load(directory);
    }

    public SecurityState State => _state;

    public long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes the next state out of the newest; durable when this returns.</summary>
    /// <exception cref="QueryException">
    /// There are too many of something, the disk refuses, or <paramref name="next"/> does; nothing has changed.
    /// </exception>
    public void Change(Func<SecurityState, SecurityState> next)
    {
        lock (_lock)
        {
            var changed = next(_state);
            if (ReferenceEquals(changed, _state))
            {
                return;
            }

            var endedMs = NowMs - (long)KeyRetention.TotalMilliseconds;
            changed = changed with
            {
                Keys = changed.Keys.RemoveRange(changed.Keys.Values
                    .Where(key => (key.InvalidatedMs ?? key.ExpiresMs) < endedMs)
                    .Select(static key => key.Id)),
            };
            if (changed.Users.Count > CountMax || changed.Keys.Count > CountMax)
            {
                throw new QueryException("illegal_argument_exception",
                    $"the store keeps {CountMax} users and as many API keys at most");
            }

            try
            {
                SecurityFile.Save(_directory, changed);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new QueryException("security_exception",
                    $"the change is not in force, as the disk does not take it: {error.Message}", 503);
            }

            _state = changed;
        }
    }
}
