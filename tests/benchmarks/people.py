"""People and organisations that nobody is, in the proportions of those an operator serves.

The hundred commonest Chinese surnames have about the shares (in per mille) that counts of the
population published; given names are drawn from characters in use, the first ones oftenest.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from stdnum.cn import uscc


def _words(text: str) -> list[str]:
    return text.split()


PERSON, ORGANISATION = "person", "organisation"
SURNAMES = _words("""
王 72.5 李 71.9 张 68.3 刘 53.8 陈 45.3 杨 30.8 赵 22.9 黄 22.3 周 21.2 吴 20.5 徐 16.7 孙 15.4 胡
13.1 朱 12.6 高 12.1 林 11.8 何 11.7 郭 11.5 马 10.5 罗 8.6 梁 8.4 宋 8.1 郑 7.8 谢 7.2 韩 6.8 唐
6.5 冯 6.4 于 6.2 董 6.1 萧 5.9 程 5.7 曹 5.7 袁 5.4 邓 5.4 许 5.4 傅 5.1 沈 5.0 曾 5.0 彭 4.9 吕
4.7 苏 4.7 卢 4.7 蒋 4.7 蔡 4.6 贾 4.2 丁 4.2 魏 4.2 薛 4.2 叶 4.2 阎 4.2 余 4.1 潘 4.1 杜 4.1 戴
3.9 夏 3.9 钟 3.9 汪 3.8 田 3.8 任 3.8 姜 3.7 范 3.6 方 3.6 石 3.5 姚 3.5 谭 3.3 廖 3.2 邹 3.2 熊
3.1 金 3.1 陆 3.0 郝 3.0 孔 2.9 白 2.9 崔 2.8 康 2.8 毛 2.7 邱 2.7 秦 2.6 江 2.6 史 2.5 顾 2.5 侯
2.4 邵 2.4 孟 2.3 龙 2.3 万 2.3 段 2.2 雷 2.2 钱 2.1 汤 2.1 尹 2.0 黎 2.0 易 2.0 常 1.9 武 1.9 乔
1.8 贺 1.8 赖 1.8 龚 1.7 欧阳 1.6 上官 0.2
""")
GIVEN = (
    "明国华英文建平志秀小玉春红军丽海伟芳金强杰永燕晓林敏静荣桂德兰云梅洪雪东生成新立家子涛宇"
    "辉龙佳嘉思浩峰凤光少娟霞波艳萍飞俊鹏慧雨欣怡梓涵轩博勇刚磊洋超斌宁亮琴兴福祥清宏斯天祖"
    "庆正庭瑞启泽晨阳倩颖琳婷莉芬莲香珍珠翠月彩花爱素淑美雅诗晴岚若曦紫萱彤璐瑶琪薇蓉菲洁"
    "胜利民学武权贵富根发财有才茂盛景良善仁义礼智信忠孝勤俭康健安乐长寿"
)
SYLLABLES = _words("""
wei fang na min jing li qiang lei yang yong jun jie tao ming chao xiu xia ping gang gui hong yan
hua bin yu hao xin ting lin feng chen mei xue ying jian guo zhi zi han rui yi shan
""")
SPELT = _words("""
Wang Li Zhang Liu Chen Yang Zhao Huang Zhou Wu Xu Sun Hu Zhu Gao Lin He Guo Ma Luo Liang Song
Zheng Xie Han Tang Feng Yu Dong Cheng Cao Yuan Deng Shen Zeng Peng Su Lu Jiang Cai
""")
FIRST = _words("""
Maria John Anna David Sofia Michael Elena James Fatima Daniel Olga Robert Yuki Carlos Priya Thomas
Aisha Peter Ingrid Samuel Linh Ahmed Chloe Ivan Nadia Paul Hannah Omar Julia Mateo
""")
LAST = _words("""
Smith Garcia Kim Ivanov Mueller Nguyen Khan Silva Rossi Tanaka Johnson Martin Lopez Park Petrov
Schmidt Tran Hussain Costa Bianchi Sato Brown Dubois Fernandez O'Neill Novak Jensen Kowalski
Haddad Okafor
""")
PLACES = _words("""
广州 深圳 佛山 东莞 珠海 中山 惠州 北京 上海 杭州 成都 武汉 南京 西安 重庆 长沙
""")
WORDS = _words("""
光明 天河 宏达 华信 恒通 金辉 万佳 东方 新世纪 瑞丰 嘉禾 中兴 远航 星海 盛世 百川 德润 同心 鼎盛
博雅 安泰 永利 汇丰源 科创 智联 云启 海纳 立信 诚达 兴隆
""")
TRADES = _words("""
科技 贸易 物流 餐饮管理 文化传媒 电子 建筑工程 房地产 医药 汽车服务 网络技术 教育咨询
""")
ENDINGS = _words("""
有限公司 有限公司 有限公司 有限责任公司 股份有限公司 商行 中心 分公司
""")
BUSINESS = _words("""
Sunrise Pacific Golden Harbour Evergreen Summit Pearl River Lotus Dragon Bright Union
""")
LINES = _words("""
Trading Logistics Technology Electronics Foods Textiles Consulting Shipping
""")
FORMS = ("Co., Ltd.", "Ltd", "Inc.", "GmbH")


class Invented(NamedTuple):
    """Somebody to be a customer, with the number of the document shown (``""``: none)."""

    name: str
    kind: str
    document_kind: str
    document: str


def invent(count: int, *, first: int = 0) -> Iterator[Invented]:
    """Yield ``count`` customers, the same in every run: a fifth of them Latin or organisations."""
    chance = random.Random(first)
    surnames = SURNAMES[::2]
    shares = list(accumulate(map(float, SURNAMES[1::2])))
    given = list(accumulate(1 / (place + 12) for place in range(len(GIVEN))))
    for number in range(first, first + count):
        throw = chance.random()
        if throw < 0.80:
            letters = chance.choices(GIVEN, cum_weights=given, k=1 + (chance.random() < 0.84))
            [surname] = chance.choices(surnames, cum_weights=shares)
            kind, document, name = PERSON, "residentId", surname + "".join(letters)
        elif throw < 0.92:
            kind, document, name = PERSON, "passport", _latin(chance)
        else:
            kind, document, name = ORGANISATION, "businessLicence", _organisation(chance)
        if chance.random() < 0.01:
            document = ""
        yield Invented(name, kind, document, document_of(document, number) if document else "")


def document_of(kind: str, seed: int) -> str:
    """Return a valid identity number, one for each kind and seed."""
    if kind == "passport":
        return f"E{seed:08d}"
    return resident_id(seed) if kind == "residentId" else _licence(seed)


def resident_id(seed: int) -> str:
    """Return a valid resident identity number, one for each seed (GB 11643)."""
    digits = f"440106{_birthday(seed // 1000 % 20_000)}{seed % 1000:03d}"
    total = sum(weight * (ord(digit) - 48) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return digits + "10X98765432"[total % 11]


def _latin(chance: random.Random) -> str:
    if chance.random() < 0.6:
        given = "".join(chance.choices(SYLLABLES, k=chance.randint(1, 2)))
        name = f"{chance.choice(SPELT)} {given.capitalize()}"
        return name.upper() if chance.random() < 0.5 else name
    return f"{chance.choice(FIRST)} {chance.choice(LAST)}"


def _organisation(chance: random.Random) -> str:
    if chance.random() < 0.2:
        words = " ".join(chance.sample(BUSINESS, 2))
        return f"{words} {chance.choice(LINES)} {chance.choice(FORMS)}"
    words = "".join(chance.sample(WORDS, chance.randint(1, 2)))
    return chance.choice(PLACES) + words + chance.choice(TRADES) + chance.choice(ENDINGS)


def _licence(number: int) -> str:
    body = f"91440106MA{number:07d}"
    return body + str(uscc.calc_check_digit(body))


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_DAYS = [f"{date(1950, 1, 1) + timedelta(days=day):%Y%m%d}" for day in range(20_000)]


def _birthday(day: int) -> str:
    return _DAYS[day]
