using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Queue.Storage;

namespace LogFlow.Queue;

/// <summary>
/// Who may log in, and with what: kept in the state log <c>users</c>, hashed as SCRAM keeps passwords. In force when it
/// is durable.
/// </summary>
internal sealed class UserStore : IDisposable
{
    private readonly StateLog _log;
    private readonly ConcurrentDictionary<(string User, sbyte ScramType), ScramCredential> _credentials = new();

    // Changes are written and come into force one after the other.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Makes the salt of users that do not exist: the same at every try, as a real one is.</summary>
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    /// <exception cref="ProtocolViolationException">An entry is none.</exception>
    public UserStore(StateLog log)
    {
        _log = log;
        foreach (var (key, value) in log.GetEntries())
        {
            if (UserCodec.TryDecodeKey(key.Span, out var user, out var mechanism))
            {
                _credentials[(user, mechanism.ScramType)] = UserCodec.Decode(value);
            }
        }
    }

    /// <summary>How many credentials there are.</summary>
    public int Count => _credentials.Count;

    /// <summary>All users, sorted by name.</summary>
    public IReadOnlyList<string> Users =>
        [.. _credentials.Keys.Select(static key => key.User).Distinct().Order(StringComparer.Ordinal)];

    public ScramCredential? Find(string user, SaslMechanism mechanism) =>
        _credentials.GetValueOrDefault((user, mechanism.ScramType));

    /// <summary>
    /// The user's credential, or one that no password fits: who asks cannot tell whether the user exists, by the
    /// answer or by its time.
    /// </summary>
    public ScramCredential FindOrFake(string user, SaslMechanism mechanism) =>
        Find(user, mechanism) ?? new ScramCredential(
            HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(user))[..16],
            RandomNumberGenerator.GetBytes(mechanism.HashBytes),
            RandomNumberGenerator.GetBytes(mechanism.HashBytes),
            ScramFormula.IterationsMin);

    /// <summary>Sets credentials, or removes them (null); all or none of them.</summary>
    public async ValueTask<ErrorCode> AlterAsync(
        IReadOnlyList<(string User, SaslMechanism Mechanism, ScramCredential? Credential)> changes)
    {
        await _turn.WaitAsync();
        try
        {
            var error = await _log.WriteAsync([.. changes.Select(static change => change.Credential is { } credential
                ? StateChange.Set(UserCodec.EncodeKey(change.User, change.Mechanism), UserCodec.Encode(credential))
                : StateChange.Remove(UserCodec.EncodeKey(change.User, change.Mechanism)))]);
            if (error != ErrorCode.None)
            {
                return error;
            }

            foreach (var (user, mechanism, credential) in changes)
            {
                if (credential is null)
                {
                    _credentials.TryRemove((user, mechanism.ScramType), out _);
                }
                else
                {
                    _credentials[(user, mechanism.ScramType)] = credential;
                }
            }

            return ErrorCode.None;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
