package dev.quern.acceptance;

import java.util.List;

/** The models that are compared with the peer, each at three sizes where it takes more than one. */
final class ModelCases {
    private ModelCases() {}

    private static final String BERT_INPUTS =
            "input_ids: i64[b,s] < 30522; attention_mask: i64[b,s] prefix; token_type_ids: i64[b,s] = 0";

    static List<ModelCase> all() {
        return List.of(
                ModelCase.of("minilm", BERT_INPUTS, "b=1 s=16", "b=3 s=7", "b=1 s=24"),
                ModelCase.of("minilm-int8", BERT_INPUTS, "b=1 s=16", "b=3 s=7", "b=1 s=24"),
                ModelCase.of("ppocr-det", "x: f32[1,3,h,w]", "h=64 w=96", "h=32 w=32", "h=96 w=64"),
                ModelCase.of("ppocr-rec", "x: f32[n,3,48,w]", "n=1 w=64", "n=2 w=96", "n=1 w=48"),
                ModelCase.of(
                        "silero-vad",
                        "input: f32[b,n]; state: f32[2,b,128]; sr: i64[] = 16000",
                        "b=1 n=512",
                        "b=2 n=576",
                        "b=1 n=576"),
                ModelCase.of("wakeword-melspectrogram", "input: f32[b,n]", "b=1 n=1280", "b=1 n=4000", "b=1 n=16000"),
                ModelCase.of("wakeword-embedding", "input_1: f32[n,76,32,1]", "n=1", "n=3", "n=2"),
                ModelCase.of("wakeword-hey-jarvis", "x.1: f32[1,16,96]", ""),
                ModelCase.of("blazeface", "input:0: f32[1,128,128,3]", ""),
                ModelCase.of("mlsd", "input_image_with_alpha:0: f32[1,320,320,4]", ""),
                ModelCase.of(
                        "rgcn",
                        "src: i64[e] < 8285; dst: i64[e] < 8285; etype: i64[e] < 91; norm: f32[e,1]",
                        "e=1000",
                        "e=1",
                        "e=20000"),
                ModelCase.of(
                        "decoder",
                        "ids: i64[b,t] < 512; pos: i64[t] from p; past_k: f32[5,b,4,p,8]; past_v: f32[5,b,4,p,8]",
                        "b=1 t=5 p=0",
                        "b=1 t=1 p=5",
                        "b=2 t=3 p=17"));
    }

    /** Architectures with made-up weights; nothing in them magnifies rounding. */
    static List<ModelCase> architectures() {
        return List.of(
                ModelCase.of("arch/resnet50", "image: f32[b,3,224,224]", "b=1", "b=3", "b=2"),
                ModelCase.of(
                        "arch/bert_base",
                        "input_ids: i64[b,s] < 30522; attention_mask: i64[b,s] prefix",
                        "b=1 s=16",
                        "b=3 s=7",
                        "b=2 s=24"),
                ModelCase.of("arch/unet_groupnorm", "image: f32[b,3,256,256]", "b=1", "b=3", "b=2"),
                ModelCase.of("arch/bilstm", "x: f32[b,t,128]", "b=1 t=50", "b=2 t=7", "b=3 t=1"));
    }
}
