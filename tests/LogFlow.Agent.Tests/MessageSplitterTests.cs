using System.Text;

namespace LogFlow.Agent.Tests;

/// <summary>Messages are told apart in a stream, however the network cuts it.</summary>
public sealed class MessageSplitterTests
{
    [Theory]
    [InlineData("\n", "one\ntwo\r\n\nthree", "one|two||three")]
    [InlineData(";;", "one;;two;three;;four;", "one|two;three|four;")]
    [InlineData("<end>", "a<e<end>b<en<end>", "a<e|b<en")]
    public void Delimiter_AnyCut_GivesTheSameMessages(string delimiter, string stream, string expected)
    {
        for (var cut = 1; cut <= stream.Length; cut++)
        {
            Assert.Equal(expected, string.Join('|', Split(MessageFraming.Delimiter, delimiter, stream, cut)));
        }
    }

    [Theory]
    [InlineData("5 hello11 hello\nworld3 abc", "hello|hello\nworld|abc")]
    [InlineData("<13>plain\n<14>lines\n", "<13>plain|<14>lines")]
    [InlineData("2024-01-01 line\n4 okay", "2024-01-01 line|okay")]
    [InlineData("6 line1\n6 line2\n", "line1|line2")]
    public void Rfc6587_AnyCut_CountsOrSplits(string stream, string expected)
    {
        for (var cut = 1; cut <= stream.Length; cut++)
        {
            Assert.Equal(expected, string.Join('|', Split(MessageFraming.Rfc6587, "\n", stream, cut)));
        }
    }

    [Theory]
    [InlineData(MessageFraming.Delimiter, "12345678901234\nnext\n", "1234567890!|next")]
    [InlineData(MessageFraming.Rfc6587, "14 123456789012344 next", "1234567890!|next")]
    public void TooLong_IsCutAndFlagged_AndWhatFollowsIsWhole(MessageFraming framing, string stream, string expected)
    {
        for (var cut = 1; cut <= stream.Length; cut++)
        {
            Assert.Equal(expected, string.Join('|', Split(framing, "\n", stream, cut, lengthMax: 10)));
        }
    }

    [Fact]
    public void NoRoom_IsCut_AndRoomIsGivenBack()
    {
        var room = new ReceiveRoom(8192);
        var messages = new List<bool>();
        using var greedy = new MessageSplitter(
            MessageFraming.Delimiter, "\n"u8.ToArray(), 1 << 20, room, (_, _) => { });
        greedy.Feed(new byte[5000]);
        using (var other = new MessageSplitter(
            MessageFraming.Delimiter, "\n"u8.ToArray(), 1 << 20, room, (_, isCut) => messages.Add(isCut)))
        {
            other.Feed(new byte[5000]);
            other.Feed("x\nwhole\n"u8);
        }

        Assert.Equal([true, false], messages);
        greedy.Dispose();
        Assert.Equal(0, room.Taken);
    }

    private static List<string> Split(
        MessageFraming framing, string delimiter, string stream, int cut, int lengthMax = 1000)
    {
        var messages = new List<string>();
        var room = new ReceiveRoom(1 << 20);
        var bytes = Encoding.UTF8.GetBytes(stream);
        using (var splitter = new MessageSplitter(
            framing, Encoding.UTF8.GetBytes(delimiter), lengthMax, room,
            (message, isCut) => messages.Add(Encoding.UTF8.GetString(message) + (isCut ? "!" : ""))))
        {
            for (var at = 0; at < bytes.Length; at += cut)
            {
                splitter.Feed(bytes.AsSpan(at, Math.Min(cut, bytes.Length - at)));
            }

            splitter.Finish();
        }

        Assert.Equal(0, room.Taken);
        return messages;
    }
}
