namespace LogFlow.Kafka.Protocol.Tests;

/// <summary>The primitives, byte by byte.</summary>
public sealed class KafkaPrimitivesTests
{
    [Theory]
    [InlineData(0u, "00")]
    [InlineData(1u, "01")]
    [InlineData(127u, "7F")]
    [InlineData(128u, "8001")]
    [InlineData(300u, "AC02")]
    [InlineData(16383u, "FF7F")]
    [InlineData(16384u, "808001")]
    [InlineData(uint.MaxValue, "FFFFFFFF0F")]
    public void UnsignedVarint_IsLittleEndianGroupsOfSevenBits(uint value, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteUnsignedVarint(value)));
        Assert.Equal(value, new KafkaReader(Convert.FromHexString(hex)).ReadUnsignedVarint());
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(-1, "01")]
    [InlineData(1, "02")]
    [InlineData(-64, "7F")]
    [InlineData(64, "8001")]
    [InlineData(int.MaxValue, "FEFFFFFF0F")]
    [InlineData(int.MinValue, "FFFFFFFF0F")]
    public void Varint_IsZigzag(int value, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteVarint(value)));
        Assert.Equal(value, new KafkaReader(Convert.FromHexString(hex)).ReadVarint());
    }

    [Theory]
    [InlineData(0L, "00")]
    [InlineData(-1L, "01")]
    [InlineData(300L, "D804")]
    [InlineData(long.MaxValue, "FEFFFFFFFFFFFFFFFF01")]
    [InlineData(long.MinValue, "FFFFFFFFFFFFFFFFFF01")]
    public void Varlong_IsZigzag(long value, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteVarlong(value)));
        Assert.Equal(value, new KafkaReader(Convert.FromHexString(hex)).ReadVarlong());
    }

    [Fact]
    public void Numbers_AreBigEndian()
    {
        var hex = Written(writer =>
        {
            writer.WriteInt8(-2);
            writer.WriteInt16(0x0102);
            writer.WriteUInt16(0xFFFE);
            writer.WriteInt32(0x01020304);
            writer.WriteUInt32(0xFFFFFFFE);
            writer.WriteInt64(0x0102030405060708);
            writer.WriteFloat64(1.5);
            writer.WriteBool(true);
            writer.WriteBool(false);
        });

        Assert.Equal("FE0102FFFE01020304FFFFFFFE01020304050607083FF80000000000000100", hex);
        var reader = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal(-2, reader.ReadInt8());
        Assert.Equal(0x0102, reader.ReadInt16());
        Assert.Equal(0xFFFE, reader.ReadUInt16());
        Assert.Equal(0x01020304, reader.ReadInt32());
        Assert.Equal(0xFFFFFFFE, reader.ReadUInt32());
        Assert.Equal(0x0102030405060708, reader.ReadInt64());
        Assert.Equal(1.5, reader.ReadFloat64());
        Assert.True(reader.ReadBool());
        Assert.False(reader.ReadBool());
        reader.EnsureEnd();
    }

    [Fact]
    public void Uuid_IsSixteenBytesBigEndian()
    {
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");

        Assert.Equal("00112233445566778899AABBCCDDEEFF", Written(writer => writer.WriteUuid(id)));
        Assert.Equal(id, new KafkaReader(Convert.FromHexString("00112233445566778899AABBCCDDEEFF")).ReadUuid());
    }

    [Theory]
    [InlineData("", false, "0000")]
    [InlineData("", true, "01")]
    [InlineData("ä€", false, "0005C3A4E282AC")]
    [InlineData("ä€", true, "06C3A4E282AC")]
    public void String_IsLengthAndUtf8(string value, bool compact, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteString(value, compact)));
        Assert.Equal(value, new KafkaReader(Convert.FromHexString(hex)).ReadString(compact));
    }

    [Theory]
    [InlineData(false, "FFFF")]
    [InlineData(true, "00")]
    public void NullString_IsLengthMinusOneOrCompactZero(bool compact, string hex)
    {
        Assert.Equal(hex, Written(writer => writer.WriteNullString(compact)));
        Assert.Null(new KafkaReader(Convert.FromHexString(hex)).ReadNullableString(compact));
        Assert.Throws<ProtocolViolationException>(
            () => new KafkaReader(Convert.FromHexString(hex)).ReadString(compact));
    }

    [Theory]
    [InlineData(false, "FFFFFFFF")]
    [InlineData(true, "00")]
    public void NullBytesAndArrays_AreLengthMinusOneOrCompactZero(bool compact, string hex)
    {
        var bytes = Convert.FromHexString(hex);

        Assert.Equal(hex, Written(writer => writer.WriteNullBytes(compact)));
        Assert.Equal(hex, Written(writer => writer.WriteNullArray(compact)));
        Assert.Null(new KafkaReader(bytes).ReadNullableBytes(compact));
        Assert.Equal(-1, new KafkaReader(bytes).ReadNullableArrayLength(compact, 1));
        Assert.Throws<ProtocolViolationException>(() => new KafkaReader(bytes).ReadBytes(compact));
        Assert.Throws<ProtocolViolationException>(() => new KafkaReader(bytes).ReadArrayLength(compact, 1));
    }

    [Fact]
    public void String_TooLongForAnInt16Length_IsRefusedByTheWriter()
    {
        using var writer = new KafkaWriter();
        var text = new string('x', short.MaxValue + 1);

        Assert.Throws<ArgumentException>(() => writer.WriteString(text, compact: false));
        writer.WriteString(text, compact: true);
    }

    [Fact]
    public void Bytes_AreASliceOfTheFrame()
    {
        byte[] frame = [0, 0, 0, 2, 7, 8, 9];
        var reader = new KafkaReader(frame);

        var slice = reader.ReadBytes(compact: false);

        Assert.True(slice.Equals(frame.AsMemory(4, 2)));
        Assert.Equal(1, reader.Remaining);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(20_000)]
    [InlineData(3_000_000)]
    public void TaggedField_OfAnySize_HasItsSizeBeforeIt(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        using var writer = new KafkaWriter();

        writer.WriteUnsignedVarint(1);
        var start = writer.BeginTaggedField(5);
        writer.WriteRaw(content);
        writer.EndTaggedField(start);
        writer.WriteInt32(42);

        var reader = new KafkaReader(writer.ToArray());
        Assert.Equal(1u, reader.ReadTaggedFieldCount());
        Assert.Equal(5u, reader.ReadTag(out var end));
        Assert.Equal(size, end - reader.Position);
        Assert.Equal(content, reader.ReadRaw(size).ToArray());
        reader.EndTaggedField(end);
        Assert.Equal(42, reader.ReadInt32());
    }

    [Fact]
    public void TaggedFields_Nested_AreReadBack()
    {
        using var writer = new KafkaWriter();
        var outer = writer.BeginTaggedField(0);
        var inner = writer.BeginTaggedField(300);
        writer.WriteRaw(new byte[200]);
        writer.EndTaggedField(inner);
        writer.EndTaggedField(outer);

        var reader = new KafkaReader(writer.ToArray());
        reader.ReadTag(out var outerEnd);
        Assert.Equal(300u, reader.ReadTag(out var innerEnd));
        reader.SkipTo(innerEnd);
        reader.EndTaggedField(outerEnd);
        reader.EnsureEnd();
    }

    [Fact]
    public void RecordsInATaggedField_AreCopied()
    {
        using var writer = new KafkaWriter();
        var start = writer.BeginTaggedField(0);
        writer.WriteRecords(new byte[10_000], compact: true);
        writer.EndTaggedField(start);

        Assert.Single(writer.Segments);
        var reader = new KafkaReader(writer.ToArray());
        reader.ReadTag(out var end);
        Assert.Equal(10_000, reader.ReadBytes(compact: true).Length);
        reader.EndTaggedField(end);
    }

    private static string Written(Action<KafkaWriter> write)
    {
        using var writer = new KafkaWriter();
        write(writer);
        return Convert.ToHexString(writer.ToArray());
    }
}
