using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace LogFlow.Store;

/// <summary>
/// Finds out who a header <c>Authorization</c> belongs to. An API key costs one SHA-256. A password costs a tenth of a
/// second of a core, on purpose: so few are hashed at a time, few wait, and one that was right a moment ago is
/// recognised without that (by a keyed hash; the password itself is kept nowhere).
/// </summary>
internal sealed class StoreLogins : IDisposable
{
    /// <summary>Passwords that are remembered; beyond it the memory begins anew.</summary>
    private const int RememberedMax = 10_000;

    /// <summary>Logins that may wait for their turn to be hashed; more are told to come later.</summary>
    private const int WaitingMax = 64;

    /// <summary>How long a password is remembered after its last use.</summary>
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(5);

    private readonly StoreUsers _users;
    private readonly TimeProvider _time;
    private readonly FailureThrottle _throttle;
    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, Remembered> _remembered = new(StringComparer.Ordinal);
    private readonly PasswordHash _nobody = PasswordHash.OfNobody();
    private int _waiting;

    public StoreLogins(StoreUsers users, TimeProvider time)
    {
        _users = users;
        _time = time;
        _throttle = new FailureThrottle(time);
    }

    /// <summary>Passwords that were hashed, for tests: what a remembered one does not cost.</summary>
    public long HashedCount => Interlocked.Read(ref _hashedCount);

    private long _hashedCount;

    public async ValueTask<StoreLogin> CheckAsync(
        string authorization, IPAddress? address, CancellationToken cancellationToken)
    {
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        var scheme = space < 0 ? authorization : authorization[..space];
        var token = space < 0 ? "" : authorization[(space + 1)..].Trim();
        if (scheme.Equals("ApiKey", StringComparison.OrdinalIgnoreCase))
        {
            return TryDecode(token, out var id, out var key)
                ? CheckKey(id, key, address)
                : StoreLogin.Refused(LoginFailure.Unreadable);
        }

        return scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            && TryDecode(token, out var name, out var password)
            ? await CheckPasswordAsync(name, password, address, cancellationToken)
            : StoreLogin.Refused(LoginFailure.Unreadable);
    }

    public void Dispose() => _places.Dispose();

    /// <summary>base64(name:secret), as both schemes have it.</summary>
    private static bool TryDecode(string token, out string name, out string secret)
    {
        (name, secret) = ("", "");
        Span<byte> bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(bytes[..length]);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        (name, secret) = (text[..colon], text[(colon + 1)..]);
        return true;
    }

    private StoreLogin CheckKey(string id, string secret, IPAddress? address)
    {
        var key = _users.State.Keys.GetValueOrDefault(id);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        if (CryptographicOperations.FixedTimeEquals(hash, key?.Hash ?? _nobody.Hash.AsSpan(0, hash.Length))
            && key is not null && key.IsInForce(_users.NowMs))
        {
            return StoreLogin.Of(StorePrincipal.Of(key));
        }

        return StoreLogin.Refused(_throttle.TryTake(address) ? LoginFailure.Wrong : LoginFailure.Throttled);
    }

    private async ValueTask<StoreLogin> CheckPasswordAsync(
        string name, string password, IPAddress? address, CancellationToken cancellationToken)
    {
        var user = _users.State.Users.GetValueOrDefault(name);
        var digest = HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(password));
        if (user is { IsEnabled: true } && IsRemembered(user, digest))
        {
            return StoreLogin.Of(StorePrincipal.Of(user));
        }

        if (!_throttle.TryTake(address))
        {
            return StoreLogin.Refused(LoginFailure.Throttled, name);
        }

        // Who does not exist takes as long as who does.
        var fits = await HashAsync(user?.Password ?? _nobody, password, cancellationToken);
        if (fits is not true)
        {
            return StoreLogin.Refused(fits is null ? LoginFailure.Throttled : LoginFailure.Wrong, name);
        }

        if (user is not { IsEnabled: true })
        {
            return StoreLogin.Refused(LoginFailure.Wrong, name);
        }

        _throttle.GiveBack(address);
        if (_remembered.Count >= RememberedMax)
        {
            _remembered.Clear();
        }

        _remembered[name] = new Remembered(user.Password, digest, _time.GetTimestamp());
        return StoreLogin.Of(StorePrincipal.Of(user));
    }

    /// <summary>A password that was changed is another object, so that the former is forgotten with it.</summary>
    private bool IsRemembered(StoreUser user, byte[] digest)
    {
        if (!_remembered.TryGetValue(user.Name, out var known)
            || !ReferenceEquals(known.Password, user.Password)
            || _time.GetElapsedTime(known.UsedAt) > RememberedFor
            || !CryptographicOperations.FixedTimeEquals(known.Digest, digest))
        {
            return false;
        }

        _remembered[user.Name] = known with { UsedAt = _time.GetTimestamp() };
        return true;
    }

    /// <summary>Whether it fits; null: too many wait already.</summary>
    private async ValueTask<bool?> HashAsync(
        PasswordHash stored, string password, CancellationToken cancellationToken)
    {
        if (password.Length > PasswordHash.PasswordLengthMax)
        {
            return false;
        }

        if (Interlocked.Increment(ref _waiting) > WaitingMax)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        try
        {
            await _places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            // Not on the thread that reads the connection: others may wait for it.
            await Task.Yield();
            Interlocked.Increment(ref _hashedCount);
            return stored.Fits(password);
        }
        finally
        {
            _places.Release();
        }
    }

    private sealed record Remembered(PasswordHash Password, byte[] Digest, long UsedAt);
}
