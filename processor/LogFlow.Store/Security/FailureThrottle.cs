using System.Net;

namespace LogFlow.Store;

/// <summary>
/// How fast one address may guess: some failures at once, then one a second. Whoever knows the password spends nothing.
/// Addresses of IPv6 count by their network of 64 bits, which one host has for itself. Thread-safe.
/// </summary>
internal sealed class FailureThrottle(TimeProvider time)
{
    /// <summary>Failures at once: somebody who tries the passwords that it might be.</summary>
    public const int Burst = 10;

    /// <summary>Addresses that are remembered; more of them share one allowance.</summary>
    private const int AddressCountMax = 10_000;

    private const int Ipv6NetworkBytes = 8;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new(); // Guards the table.

    /// <summary>When each address has all of its allowance again.</summary>
    private readonly Dictionary<IPAddress, DateTimeOffset> _whole = [];

    /// <summary>Takes one try before it is made; false: there is none left now.</summary>
    public bool TryTake(IPAddress? address)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var key = KeyOf(address, now);
            var whole = _whole.TryGetValue(key, out var known) && known > now ? known : now;
            if (whole + Interval > now + (Interval * Burst))
            {
                return false;
            }

            _whole[key] = whole + Interval;
            return true;
        }
    }

    /// <summary>Gives a try back that was none: the login was right.</summary>
    public void GiveBack(IPAddress? address)
    {
        lock (_lock)
        {
            var key = KeyOf(address, time.GetUtcNow());
            if (_whole.TryGetValue(key, out var whole))
            {
                _whole[key] = whole - Interval;
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private IPAddress KeyOf(IPAddress? address, DateTimeOffset now)
    {
        var network = NetworkOf(address ?? IPAddress.None);
        if (_whole.Count < AddressCountMax || _whole.ContainsKey(network))
        {
            return network;
        }

        foreach (var (old, whole) in _whole)
        {
            if (whole <= now)
            {
                _whole.Remove(old);
            }
        }

        return _whole.Count < AddressCountMax ? network : IPAddress.None;
    }

    private static IPAddress NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(Ipv6NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
