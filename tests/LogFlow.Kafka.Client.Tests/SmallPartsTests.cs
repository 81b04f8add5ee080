using System.Text;
using LogFlow.Platform;

namespace LogFlow.Kafka.Client.Tests;

public sealed class SmallPartsTests
{
    // From Apache Kafka's UtilsTest.testMurmur2.
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void Murmur2_KnownKeys_HashAsInJava(string key, int expected) =>
        Assert.Equal(expected, (int)Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Theory]
    [InlineData("kafka", "kafka", 9092)]
    [InlineData("kafka:19092", "kafka", 19092)]
    [InlineData(" 127.0.0.1:1 ", "127.0.0.1", 1)]
    [InlineData("[::1]:9093", "::1", 9093)]
    [InlineData("[::1]", "::1", 9092)]
    [InlineData("fe80::1", "fe80::1", 9092)]
    public void Endpoint_Address_IsRead(string text, string host, int port) =>
        Assert.Equal(new BrokerEndpoint(host, port), BrokerEndpoint.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(":9092")]
    [InlineData("kafka:")]
    [InlineData("kafka:0")]
    [InlineData("kafka:65536")]
    [InlineData("kafka:x")]
    [InlineData("[::1")]
    [InlineData("[::1]9092")]
    [InlineData("two words:9092")]
    public void Endpoint_NoAddress_IsRefusedWithAnExample(string text) =>
        Assert.Contains("127.0.0.1:9092", Assert.Throws<FormatException>(() => BrokerEndpoint.Parse(text)).Message);

    [Fact]
    public void Backoff_FailuresInARow_DoubleUpToTheMaximumWithJitter()
    {
        for (var failures = 1; failures < 100; failures++)
        {
            var plain = Math.Min(50 * Math.Pow(2, failures - 1), 1000);
            var delay = ExponentialBackoff.Delay(failures, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(1));
            Assert.InRange(delay.TotalMilliseconds, plain * 0.79, plain * 1.21);
        }
    }

    [Fact]
    public async Task Signal_SetTwiceWhileNobodyWaits_WakesOnce()
    {
        var signal = new AsyncSignal(TimeProvider.System);
        signal.Set();
        signal.Set();
        await signal.WaitAsync(Timeout.InfiniteTimeSpan, default);
        var second = signal.WaitAsync(Timeout.InfiniteTimeSpan, default).AsTask();

        Assert.False(second.IsCompleted);
        signal.Set();
        await second.WaitAsync(Some.Long);
    }
}
