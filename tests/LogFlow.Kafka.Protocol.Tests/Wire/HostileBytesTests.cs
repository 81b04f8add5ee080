using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>What a peer can do wrong with single lengths and counts.</summary>
public sealed class HostileBytesTests
{
    [Theory]
    [InlineData("80808080808001")]
    [InlineData("FFFFFFFFFF")]
    [InlineData("FF")]
    [InlineData("")]
    public void UnsignedVarint_EndlessOrCut_IsAViolation(string hex) =>
        Assert.Throws<ProtocolViolationException>(
            () => new KafkaReader(Convert.FromHexString(hex)).ReadUnsignedVarint());

    [Theory]
    [InlineData("8080808080808080808001")]
    [InlineData("FFFFFFFFFFFFFFFFFF")]
    public void Varlong_EndlessOrCut_IsAViolation(string hex) =>
        Assert.Throws<ProtocolViolationException>(() => new KafkaReader(Convert.FromHexString(hex)).ReadVarlong());

    [Theory]
    [InlineData(false, "FFFE41")]
    [InlineData(false, "8000")]
    [InlineData(false, "000241")]
    [InlineData(true, "0341")]
    [InlineData(true, "FFFFFFFF0F41")]
    public void StringLength_NegativeOrTooLong_IsAViolation(bool compact, string hex) =>
        Assert.Throws<ProtocolViolationException>(
            () => new KafkaReader(Convert.FromHexString(hex)).ReadNullableString(compact));

    [Theory]
    [InlineData(false, "FFFFFFFE00")]
    [InlineData(false, "7FFFFFFF00")]
    [InlineData(false, "0000000200")]
    [InlineData(true, "0300")]
    [InlineData(true, "FFFFFFFF0700")]
    public void BytesLength_NegativeOrTooLong_IsAViolation(bool compact, string hex) =>
        Assert.Throws<ProtocolViolationException>(
            () => new KafkaReader(Convert.FromHexString(hex)).ReadNullableBytes(compact));

    [Theory]
    [InlineData(false, "FFFFFFFE00")]
    [InlineData(false, "7FFFFFFF00")]
    [InlineData(false, "0000000200000000000000")]
    [InlineData(true, "FFFFFFFF0700")]
    public void ArrayCount_MoreThanTheRestCanHold_IsAViolation(bool compact, string hex) =>
        Assert.Throws<ProtocolViolationException>(
            () => new KafkaReader(Convert.FromHexString(hex)).ReadNullableArrayLength(compact, elementBytesMin: 4));

    [Theory]
    [InlineData("FFFFFFFF0F")]
    [InlineData("02000000")]
    [InlineData("010005")]
    public void TaggedFields_BeyondTheFrame_AreAViolation(string hex) =>
        Assert.Throws<ProtocolViolationException>(() => new KafkaReader(Convert.FromHexString(hex)).SkipTaggedFields());

    [Fact]
    public void UnknownTaggedFields_AreSkipped()
    {
        // ApiVersions v3 request: two strings, then tags 7 (3 bytes) and 1000 (empty).
        var bytes = Convert.FromHexString("0261" + "0262" + "02" + "0703AABBCC" + "E80700");
        var reader = new KafkaReader(bytes);

        var request = ApiVersionsRequest.Read(ref reader, 3);

        reader.EnsureEnd();
        Assert.Equal(("a", "b"), (request.ClientSoftwareName, request.ClientSoftwareVersion));
    }

    [Fact]
    public void TaggedField_WithAWrongSize_IsAViolation()
    {
        // Fetch v12 request without topics, its tag 0 (cluster id "ab", 3 bytes) announced with 4.
        using var writer = new KafkaWriter();
        new FetchRequest().Write(writer, 12);
        var body = writer.ToArray()[..^1];
        var good = body.Concat(Convert.FromHexString("01" + "0003" + "036162")).ToArray();
        var bad = body.Concat(Convert.FromHexString("01" + "0004" + "03616200")).ToArray();

        Assert.Equal("ab", ((FetchRequest)MessageType.Find(nameof(FetchRequest)).Read(good, 12).Message).ClusterId);
        Assert.Throws<ProtocolViolationException>(() => MessageType.Find(nameof(FetchRequest)).Read(bad, 12));
    }

    [Fact]
    public void HugeArrayCount_InASmallFrame_AllocatesNothingForIt()
    {
        // Metadata v1 request that announces 2^31-1 topics.
        byte[] frame = [0x7F, 0xFF, 0xFF, 0xFF, 0, 0];
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ProtocolViolationException>(() =>
        {
            var reader = new KafkaReader(frame);
            MetadataRequest.Read(ref reader, 1);
        });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }
}
