using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LogFlow.Hosting;
using LogFlow.Platform;

namespace LogFlow.Store;

/// <summary>
/// The file <c>security</c> in the store's folder, its owner's alone (0600), replaced as a whole:
/// <code>
/// logflow-security 1 CRC\n      CRC-32C of all that follows, 8 hexadecimal digits
/// {"users":[…],"keys":[…]}      passwords and keys as hashes
/// </code>
/// A damaged one is an error, never an empty one: that would open the store to everybody.
/// </summary>
internal static class SecurityFile
{
    public const string FileName = "security";

    private const string Head = "logflow-security 1 ";
    private const int HeadLength = 28; // The head, eight digits and the line's end.

    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>Those of a folder; none where there is no file.</summary>
    /// <exception cref="StartupException">The file is damaged, or cannot be read.</exception>
    public static SecurityState Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return File.Exists(path) ? Read(File.ReadAllBytes(path)) : SecurityState.Empty;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"cannot read the store's users in {path}: {error.Message}");
        }
        catch (Exception error) when (error is InvalidDataException or JsonException or ArgumentException)
        {
            throw new StartupException(
                $"the store's users in {path} are damaged ({error.Message}), and without them nobody can be told from "
                + "a stranger: put back a copy of the file, or remove it to begin again with security.initial_users "
                + "(all users and API keys are gone then)");
        }
    }

    /// <summary>Replaces it; durable when this returns.</summary>
    /// <exception cref="IOException">The disk refuses; the former is still there.</exception>
    public static void Save(string directory, SecurityState state)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Contents { Users = [.. state.Users.Values], Keys = [.. state.Keys.Values] }, Format);
        DurableFile.Replace(
            Path.Combine(directory, FileName),
            [.. Encoding.ASCII.GetBytes($"{Head}{Crc32C.Append(0, body):x8}\n"), .. body],
            isSecret: true);
    }

    private static SecurityState Read(byte[] file)
    {
        if (file.Length < HeadLength || !file.AsSpan().StartsWith(Encoding.ASCII.GetBytes(Head))
            || file[HeadLength - 1] != '\n'
            || !uint.TryParse(file.AsSpan(Head.Length, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture,
                out var crc))
        {
            throw new InvalidDataException("its first line is none of this version");
        }

        var body = file.AsSpan(HeadLength);
        if (Crc32C.Append(0, body) != crc)
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        var contents = JsonSerializer.Deserialize<Contents>(body, Format)
            ?? throw new InvalidDataException("it holds nothing");
        return SecurityState.Of(contents.Users, contents.Keys);
    }

    private sealed record Contents
    {
        public required List<StoreUser> Users { get; init; }

        public required List<StoreApiKey> Keys { get; init; }
    }
}
