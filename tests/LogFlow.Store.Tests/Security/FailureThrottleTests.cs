using System.Net;
using LogFlow.Testing;

namespace LogFlow.Store.Tests;

public sealed class FailureThrottleTests
{
    private static readonly IPAddress Somebody = IPAddress.Parse("192.0.2.1");

    /// <summary>A throttle that never says no must end a test, not hang it.</summary>
    private const int CountMax = 1000;

    private readonly ManualTime _time = new();

    [Fact]
    public void TryTake_BurstThenOneASecond()
    {
        var throttle = new FailureThrottle(_time);

        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, Somebody));
        _time.AdvanceMs(1000);
        Assert.Equal(1, TakeAll(throttle, Somebody));
        _time.AdvanceMs(3_600_000);
        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, Somebody));
    }

    [Fact]
    public void TryTake_AnotherAddress_HasAnAllowanceOfItsOwn()
    {
        var throttle = new FailureThrottle(_time);
        TakeAll(throttle, Somebody);

        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, IPAddress.Parse("192.0.2.2")));
        Assert.Equal(0, TakeAll(throttle, Somebody.MapToIPv6()));
    }

    [Fact]
    public void TryTake_AddressesOfOneNetwork_ShareAnAllowance()
    {
        var throttle = new FailureThrottle(_time);
        TakeAll(throttle, IPAddress.Parse("2001:db8:1:2::1"));

        Assert.Equal(0, TakeAll(throttle, IPAddress.Parse("2001:db8:1:2:ffff::2")));
        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void GiveBack_RightLogins_SpendNothing()
    {
        var throttle = new FailureThrottle(_time);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(throttle.TryTake(Somebody));
            throttle.GiveBack(Somebody);
        }

        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, Somebody));
    }

    /// <summary>Memory is bounded: whoever has many addresses shares what is left with all new ones.</summary>
    [Fact]
    public void TryTake_TooManyAddresses_ShareOneAllowance()
    {
        var throttle = new FailureThrottle(_time);
        for (var i = 0; i < 10_000; i++)
        {
            throttle.TryTake(new IPAddress(i + 0x0100_0000L));
        }

        var others = Enumerable.Range(0, 100).Count(i => throttle.TryTake(new IPAddress(i + 0x0500_0000L)));
        Assert.Equal(FailureThrottle.Burst, others);
        _time.AdvanceMs(60_000);
        Assert.Equal(FailureThrottle.Burst, TakeAll(throttle, IPAddress.Parse("198.51.100.7")));
    }

    private static int TakeAll(FailureThrottle throttle, IPAddress address)
    {
        var count = 0;
        while (count < CountMax && throttle.TryTake(address))
        {
            count++;
        }

        return count;
    }
}
