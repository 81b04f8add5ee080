namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>Frames of real clients and a real Kafka: read, written again, cut and damaged.</summary>
public sealed class GoldenFrameTests
{
    private const int FlipsPerFrame = 300;

    public static TheoryData<string> Names => [.. GoldenFile.All.Select(file => file.Name)];

    [Fact]
    public void GoldenFiles_CoverManyApis() => Assert.InRange(GoldenFile.All.Count, 60, int.MaxValue);

    [Theory]
    [MemberData(nameof(Names))]
    public void Exchange_ReadAndWritten_HasTheSameBytes(string name)
    {
        var golden = GoldenFile.Find(name);

        var (header, request) = Frames.ReadRequest(golden.Request)!.Value;
        var (correlationId, response) = Frames.ReadResponse(golden.Response, header);

        Assert.Equal(header.CorrelationId, correlationId);
        Assert.Equal(Convert.ToHexString(golden.Request), Convert.ToHexString(Frames.WriteRequest(header, request)));
        Assert.Equal(
            Convert.ToHexString(golden.Response),
            Convert.ToHexString(Frames.WriteResponse(header, correlationId, response)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Exchange_CutAnywhere_IsAViolation(string name)
    {
        var golden = GoldenFile.Find(name);

        for (var length = 0; length < golden.Request.Length; length++)
        {
            Assert.Throws<ProtocolViolationException>(() => Frames.ReadRequest(golden.Request.AsMemory(0, length)));
        }

        for (var length = 0; length < golden.Response.Length; length++)
        {
            Assert.Throws<ProtocolViolationException>(
                () => Frames.ReadResponse(golden.Response.AsMemory(0, length), golden.Header));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Exchange_WithFlippedBits_IsReadOrAViolation_InBoundedMemory(string name)
    {
        var golden = GoldenFile.Find(name);
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < FlipsPerFrame; i++)
        {
            var what = $"{name}, seed {seed}, flip {i}";
            Survives(golden.Request, frame => Frames.ReadRequest(frame), random, $"request {what}");
            Survives(
                golden.Response, frame => Frames.ReadResponse(frame, golden.Header), random, $"response {what}");
        }
    }

    private static void Survives(byte[] golden, Action<ReadOnlyMemory<byte>> read, Random random, string what)
    {
        var frame = golden.ToArray();
        for (var flips = random.Next(1, 4); flips > 0; flips--)
        {
            frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
        }

        // Objects for what the frame can really hold, the exception and its stack trace; never what a count claims.
        var allowance = (128L * frame.Length) + (128 * 1024);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(frame);
        }
        catch (ProtocolViolationException)
        {
            // What a broken frame should lead to.
        }
        catch (Exception exception)
        {
            Assert.Fail($"{what}: {exception}\n{Convert.ToHexString(frame)}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= allowance, $"{what}: {allocated} bytes allocated\n{Convert.ToHexString(frame)}");
    }
}
