using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Queue;

/// <summary>
/// Checks passwords that clients send as they are. Hashing one takes a millisecond or two of a core, on purpose; so
/// only some are hashed at a time, the others wait: a thousand wrong logins a second slow down logins, not the queue.
/// A password that was right before is recognised without that.
/// </summary>
internal sealed class PasswordCheck(UserStore users) : IDisposable
{
    /// <summary>Users whose password is remembered (as a keyed hash); beyond it the memory begins anew.</summary>
    private const int RememberedMax = 10_000;

    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, (ScramCredential Credential, byte[] Digest)> _remembered = new();

    public async ValueTask<bool> IsRightAsync(string user, string password, CancellationToken cancellationToken)
    {
        var mechanism = users.Find(user, SaslMechanism.ScramSha512) is not null
            ? SaslMechanism.ScramSha512
            : SaslMechanism.ScramSha256;
        var credential = users.FindOrFake(user, mechanism);
        var digest = HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(password));
        if (_remembered.TryGetValue(user, out var known) && ReferenceEquals(known.Credential, credential)
            && CryptographicOperations.FixedTimeEquals(known.Digest, digest))
        {
            return true;
        }

        if (!await HashAsync(mechanism, credential, password, cancellationToken))
        {
            return false;
        }

        if (_remembered.Count >= RememberedMax)
        {
            _remembered.Clear();
        }

        _remembered[user] = (credential, digest);
        return true;
    }

    public void Dispose() => _places.Dispose();

    private async ValueTask<bool> HashAsync(
        SaslMechanism mechanism, ScramCredential credential, string password, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            // Not on the thread that reads the connection: others may wait for it.
            await Task.Yield();
            var salted = ScramFormula.SaltPassword(mechanism, password, credential.Salt, credential.Iterations);
            var stored = ScramFormula.StoredKey(mechanism, ScramFormula.ClientKey(mechanism, salted));
            return CryptographicOperations.FixedTimeEquals(stored, credential.StoredKey);
        }
        finally
        {
            _places.Release();
        }
    }
}
